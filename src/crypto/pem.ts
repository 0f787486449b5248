import { decodeOctets } from '../text/base64.ts';
import type { PrivateKey } from './private-key.ts';
import { readPrivateKey } from './private-key.ts';

const BEGIN = '-----BEGIN ';
const END = '-----END ';
const DASHES = '-----';

/** What stands between one pair of BEGIN and END lines. */
interface PemBlock {
  label: string;
  body: string;
}

/**
 * Reads the private key in a PEM text (RFC 7468 §10; PKCS#1 as RFC 8017 §A.1.2 has it): the key, or what is wrong, as the
 * end of a sentence about the text. No octet of the text is quoted but the labels of its blocks.
 *
 * ```
 * pem = *text "-----BEGIN" SP label "-----" base64 "-----END" SP label "-----" *text
 * ```
 */
export function readPrivateKeyPem(text: string): PrivateKey | string {
  const block = readBlock(text);
  if (typeof block === 'string') return block;
  const { label, body } = block;
  const fault = labelFault(label);
  if (fault !== undefined) return fault;
  // RFC 1421 §4.6.1.1: how a PKCS#1 key says that it is encrypted.
  if (body.includes('ENCRYPTED')) return ENCRYPTED;
  // What a key in an environment variable or a JSON text often looks like.
  if (body.includes('\\n')) return 'has the two characters "\\n" where it should have line breaks';
  const der = decodeOctets(body);
  return der === undefined ? 'is not base64 between its BEGIN and END lines' : readPrivateKey(der);
}

const ENCRYPTED = 'is encrypted: decrypt it first, for example with "openssl pkey"';

function readBlock(text: string): PemBlock | string {
  const labels = labelsOf(text);
  const [label] = labels;
  if (label === undefined) return 'has no "-----BEGIN PRIVATE KEY-----" line';
  if (labels.length > 1)
    return `holds ${labels.length} PEM blocks (${labels.slice(0, 4).join(', ')}): give the key alone`;
  if (label === '') return 'has a BEGIN line that is not whole';
  const start = text.indexOf(BEGIN) + BEGIN.length + label.length + DASHES.length;
  const end = text.indexOf(END, start);
  if (end === -1) return 'is cut off: it has no END line';
  if (!text.startsWith(label + DASHES, end + END.length)) return `has an END line that does not say "${label}"`;
  return { label, body: text.slice(start, end) };
}

function labelsOf(text: string): string[] {
  const labels: string[] = [];
  for (let at = text.indexOf(BEGIN); at !== -1; at = text.indexOf(BEGIN, at + 1)) {
    const start = at + BEGIN.length;
    // A label that is longer than any there is may be key material behind a damaged line.
    const label = /^[A-Z0-9 ]{1,40}(?=-----)/.exec(text.slice(start, start + 64))?.[0];
    labels.push(label ?? '');
  }
  return labels;
}

function labelFault(label: string): string | undefined {
  switch (label) {
    case 'PRIVATE KEY':
    case 'RSA PRIVATE KEY':
      return undefined;
    case 'ENCRYPTED PRIVATE KEY':
      return ENCRYPTED;
    case 'PUBLIC KEY':
    case 'RSA PUBLIC KEY':
      return 'is a public key: that one is for DNS, the private key signs';
    case 'CERTIFICATE':
      return 'is a certificate, not a private key';
    case 'EC PRIVATE KEY':
      return 'is an EC key: DKIM has only RSA and Ed25519';
    case 'OPENSSH PRIVATE KEY':
      return 'is in the format of OpenSSH: convert it with "ssh-keygen -p -m PKCS8"';
    default:
      return `is a PEM block "${label}", not a private key`;
  }
}

/** PKCS#8 in PEM, lines of 64 characters (RFC 7468 §2). */
export function formatPem(label: string, base64: string): string {
  const lines = base64.match(/.{1,64}/g) ?? [];
  return [`${BEGIN}${label}${DASHES}`, ...lines, `${END}${label}${DASHES}`, ''].join('\n');
}
