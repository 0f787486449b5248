import { deflateRawSync, gzipSync } from 'node:zlib';

/** Parts of an aggregate report, for tests that replace one of them. */
export const metadata =
  '<report_metadata><org_name>Example</org_name><email>dmarc@example.org</email><report_id>r1</report_id>' +
  '<date_range><begin>1709683200</begin><end>1709769599</end></date_range></report_metadata>';
export const policy = '<policy_published><domain>example.com</domain><p>reject</p></policy_published>';

export interface RecordParts {
  ip?: string;
  count?: string;
  evaluated?: string;
  identifiers?: string;
  results?: string;
}

export const evaluated =
  '<policy_evaluated><disposition>none</disposition><dkim>pass</dkim><spf>pass</spf></policy_evaluated>';
export const identifiers =
  '<identifiers><header_from>example.com</header_from><envelope_from>example.com</envelope_from></identifiers>';
export const results =
  '<auth_results><dkim><domain>example.com</domain><selector>s</selector><result>pass</result></dkim>' +
  '<spf><domain>example.com</domain><scope>mfrom</scope><result>pass</result></spf></auth_results>';

export function recordXml(parts: RecordParts = {}): string {
  const row =
    (parts.ip ?? '<source_ip>192.0.2.1</source_ip>') +
    (parts.count ?? '<count>1</count>') +
    (parts.evaluated ?? evaluated);
  return `<record><row>${row}</row>${parts.identifiers ?? identifiers}${parts.results ?? results}</record>`;
}

/** A report that has nothing to complain about, with the given parts in place of its own. */
export function reportXml(parts: { head?: string; records?: string } = {}): string {
  const head = parts.head ?? `<version>1.0</version>${metadata}${policy}`;
  return `<?xml version="1.0" encoding="UTF-8"?>\n<feedback xmlns="urn:ietf:params:xml:ns:dmarc-2.0">${head}${parts.records ?? recordXml()}</feedback>`;
}

export interface ZipEntry {
  name: string;
  data: Uint8Array;
  method?: 0 | 8 | 99;
  /** What the header says of the packed size. */
  size?: number;
  flags?: number;
}

/** A zip of local entries with an end-of-directory record; what the headers say may be wrong. */
export function zip(entries: readonly ZipEntry[]): Buffer {
  const parts: Buffer[] = [];
  for (const { name, data, method = 8, size, flags = 0 } of entries) {
    const packed = method === 8 ? deflateRawSync(data) : Buffer.from(data);
    const header = Buffer.alloc(30);
    header.writeUInt32LE(0x04034b50, 0);
    header.writeUInt16LE(flags, 6);
    header.writeUInt16LE(method, 8);
    header.writeUInt32LE(size ?? packed.length, 18);
    header.writeUInt32LE(7, 22);
    header.writeUInt16LE(Buffer.byteLength(name), 26);
    parts.push(header, Buffer.from(name), packed);
  }
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  return Buffer.concat([...parts, Buffer.from('PK\x01\x02'), Buffer.alloc(42), end]);
}

/** A mail with one attachment. */
export function mail(
  content: Uint8Array,
  { type = 'application/gzip', encoding = 'base64', name = 'receiver!example.com!1!2.xml.gz' } = {},
): Buffer {
  const body = encoding === 'base64' ? Buffer.from(content).toString('base64').replace(/.{76}/g, '$&\r\n') : content;
  return Buffer.concat([
    Buffer.from(
      'From: dmarc@example.org\r\nTo: reports@example.com\r\nSubject: Report Domain: example.com\r\nMIME-Version: 1.0\r\n' +
        'Content-Type: multipart/mixed; boundary="b"\r\n\r\npreamble\r\n--b\r\nContent-Type: text/plain\r\n\r\nDear: all\r\n' +
        `--b\r\nContent-Type: ${type}; name="${name}"\r\nContent-Transfer-Encoding: ${encoding}\r\n\r\n`,
    ),
    Buffer.from(body),
    Buffer.from('\r\n--b--\r\n'),
  ]);
}

/** A gzip of any length that inflates to the octet, as members of 16 MiB. */
export function gzipOf(octets: number, value = 0x20): Buffer {
  const unit = 16_777_216;
  const member = gzipSync(Buffer.alloc(unit, value), { level: 9 });
  return Buffer.concat([...Array.from({ length: Math.floor(octets / unit) }, () => member)]);
}
