import { formatIpAddress } from '../names/ip-address.ts';
import { latin1, latin1Bytes } from '../text/bytes.ts';
import { failure } from './answer.ts';
import type { DnsAnswer, FailureReason, RecordData, RecordType } from './resolver.ts';

// The DNS message format of RFC 1035 §4, as far as a stub resolver needs it. Pure: bytes in, an answer out.

const TYPE_CODES: { readonly [Type in RecordType]: number } = {
  A: 1,
  NS: 2,
  CNAME: 5,
  PTR: 12,
  MX: 15,
  TXT: 16,
  AAAA: 28,
};
const SOA = 6;
const CLASS_IN = 1;

const FLAG_RESPONSE = 0x8000;
const FLAG_TRUNCATED = 0x0200;
const FLAG_AUTHENTICATED = 0x0020;
const FLAGS_QUERY = 0x0120; // RD, and AD: RFC 6840 §5.7 makes the server say whether it validated.

/** The code of a record type in a DNS message (RFC 1035 §3.2.2, RFC 3596 §2.1). */
export function typeCode(type: RecordType): number {
  return TYPE_CODES[type];
}

/** What a response code other than 0 and 3 means (RFC 1035 §4.1.1). */
export function failureOfRcode(rcode: number): FailureReason {
  if (rcode === 1) return 'malformed';
  return rcode === 5 ? 'refused' : 'servfail';
}

/**
 * A DNS message that asks one question, with ID 0 so that an HTTP cache may keep the answer (RFC 8484 §4.1).
 * `undefined` where the name has no form in DNS.
 */
export function encodeQuery(name: string, type: RecordType): Uint8Array | undefined {
  const labels = (name.endsWith('.') ? name.slice(0, -1) : name).split('.').map(latin1Bytes);
  const length = labels.reduce((sum, label) => sum + label.length + 1, 1);
  if (length > 255 || labels.some((label) => label.length === 0 || label.length > 63)) return undefined;
  const bytes = new Uint8Array(12 + length + 4);
  const view = new DataView(bytes.buffer);
  view.setUint16(2, FLAGS_QUERY);
  view.setUint16(4, 1);
  let at = 12;
  for (const label of labels) {
    bytes[at++] = label.length;
    bytes.set(label, at);
    at += label.length;
  }
  view.setUint16(at + 1, TYPE_CODES[type]);
  view.setUint16(at + 3, CLASS_IN);
  return bytes;
}

interface Resource {
  owner: string;
  code: number;
  ttl: number;
  /** Where the record's data begins and ends. */
  start: number;
  end: number;
}

/** Reads from a DNS message. The first fault stays, and everything read after it is empty. */
class MessageReader {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  at = 0;
  fault: string | undefined;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  fail(fault: string): void {
    this.fault ??= fault;
    this.at = this.bytes.length;
  }

  u16(): number {
    const at = this.take(2);
    return at === undefined ? 0 : this.view.getUint16(at);
  }

  u32(): number {
    const at = this.take(4);
    return at === undefined ? 0 : this.view.getUint32(at);
  }

  /** Moves on by so many octets and returns where they begin, if they are there. */
  take(length: number): number | undefined {
    const at = this.at;
    if (at + length > this.bytes.length) {
      this.fail('the message ends early');
      return undefined;
    }
    this.at = at + length;
    return at;
  }

  /** A domain name, pointers followed (RFC 1035 §4.1.4). */
  name(): string {
    const labels: string[] = [];
    let at = this.at;
    let behind: number | undefined;
    let length = 0;
    for (;;) {
      const size = this.bytes[at];
      if (size === undefined) return this.noName('a name ends early');
      if (size === 0) break;
      if (size >= 0xc0) {
        const target = ((size & 0x3f) << 8) | (this.bytes[at + 1] ?? 0);
        behind ??= at + 2;
        // A pointer leads to a prior place; one that does not is how a loop would be made.
        if (target >= at) return this.noName('a name points forward');
        at = target;
        continue;
      }
      length += size + 1;
      if (size > 63 || length > 254 || at + 1 + size > this.bytes.length) return this.noName('a name is too long');
      labels.push(labelText(this.bytes, at + 1, at + 1 + size));
      at += size + 1;
    }
    this.at = behind ?? at + 1;
    return labels.join('.').toLowerCase();
  }

  noName(fault: string): string {
    this.fail(fault);
    return '';
  }

  resource(): Resource {
    const owner = this.name();
    const code = this.u16();
    this.u16();
    const ttl = this.u32();
    const length = this.u16();
    const start = this.take(length) ?? this.at;
    return { owner, code, ttl, start, end: Math.min(start + length, this.bytes.length) };
  }

  /** So many records, or as many as there are before the first fault. */
  resources(count: number): Resource[] {
    const resources: Resource[] = [];
    while (resources.length < count && this.fault === undefined) resources.push(this.resource());
    return resources;
  }
}

/** A label as in a zone file (RFC 1035 §5.1): a dot or an octet that is no visible ASCII character as `\DDD`. */
function labelText(bytes: Uint8Array, start: number, end: number): string {
  let text = '';
  for (let i = start; i < end; i++) {
    const octet = bytes[i]!;
    const visible = octet > 0x20 && octet < 0x7f && octet !== 0x2e && octet !== 0x5c;
    text += visible ? String.fromCharCode(octet) : `\\${String(octet).padStart(3, '0')}`;
  }
  return text;
}

/** Reads the response to the question for a name and a type; what is no such response is a `malformed` failure. */
export function decodeResponse<T extends RecordType>(bytes: Uint8Array, name: string, type: T): DnsAnswer<T> {
  const reader = new MessageReader(bytes);
  const answer = readResponse(reader, name, type);
  return reader.fault === undefined ? answer : failure(name, type, 'malformed', reader.fault);
}

function readResponse<T extends RecordType>(reader: MessageReader, name: string, type: T): DnsAnswer<T> {
  reader.u16();
  const flags = reader.u16();
  const [questions, answers, authorities] = [reader.u16(), reader.u16(), reader.u16()];
  reader.u16();
  const asked = (name.endsWith('.') ? name.slice(0, -1) : name).toLowerCase();
  if ((flags & FLAG_RESPONSE) === 0 || questions !== 1) reader.fail('the message is no response');
  const [owner, code] = [reader.name(), reader.u16()];
  reader.u16();
  if (owner !== asked || code !== TYPE_CODES[type]) reader.fail('the response is to another question');
  const rcode = flags & 0xf;
  if (rcode !== 0 && rcode !== 3) return failure(name, type, failureOfRcode(rcode), `response code ${rcode}`);
  // RFC 8484 §4.2.1 leaves truncation to the server; half an answer is none.
  if ((flags & FLAG_TRUNCATED) !== 0) reader.fail('the response is truncated');
  const resources = reader.resources(answers);
  const denials = reader.resources(authorities);
  const { cnames, found, ttls } = followChain(reader, resources, asked, TYPE_CODES[type]);
  const records = found.map((resource) => recordOf(reader, resource, type));
  const ttl = Math.min(...ttls, ...(records.length === 0 ? negativeTtl(reader, denials) : []));
  const base = {
    name,
    type,
    ...(Number.isFinite(ttl) && { ttl }),
    authenticated: (flags & FLAG_AUTHENTICATED) !== 0,
    ...(cnames.length > 0 && { cnames }),
  };
  const [first, ...rest] = records;
  if (first !== undefined) return { ...base, status: 'answer', records: [first, ...rest] };
  return { ...base, status: rcode === 3 ? 'nxdomain' : 'nodata' };
}

/** The records at the end of the CNAME chain that begins at a name, and the names along it. */
function followChain(
  reader: MessageReader,
  resources: readonly Resource[],
  name: string,
  code: number,
): { cnames: string[]; found: Resource[]; ttls: number[] } {
  const aliases = new Map<string, Resource>();
  for (const resource of resources) if (resource.code === TYPE_CODES.CNAME) aliases.set(resource.owner, resource);
  const cnames: string[] = [];
  const ttls: number[] = [];
  let owner = name;
  for (let alias = aliases.get(owner); alias !== undefined && code !== TYPE_CODES.CNAME; alias = aliases.get(owner)) {
    aliases.delete(owner);
    reader.at = alias.start;
    owner = reader.name();
    cnames.push(owner);
    ttls.push(alias.ttl);
  }
  // RFC 2181 §5.2 wants one TTL for a set; the least of several is the safe one.
  const found = resources.filter((resource) => resource.code === code && resource.owner === owner);
  return { cnames, found, ttls: [...ttls, ...found.map(({ ttl }) => ttl)] };
}

/** RFC 2308 §5: a denial may be kept for the lesser of the SOA record's own TTL and its minimum field. */
function negativeTtl(reader: MessageReader, authorities: readonly Resource[]): number[] {
  const soa = authorities.find(({ code, start, end }) => code === SOA && end - start >= 20);
  return soa === undefined ? [] : [Math.min(soa.ttl, reader.view.getUint32(soa.end - 4))];
}

function recordOf<T extends RecordType>(reader: MessageReader, { start, end }: Resource, type: T): RecordData[T] {
  return readData(reader, start, end, type) as RecordData[T];
}

function readData(reader: MessageReader, start: number, end: number, type: RecordType): RecordData[RecordType] {
  switch (type) {
    case 'A':
    case 'AAAA': {
      const bytes = reader.bytes.subarray(start, end);
      if (bytes.length !== (type === 'A' ? 4 : 16)) return reader.noName('an address has a wrong length');
      return formatIpAddress({ family: type === 'A' ? 4 : 6, bytes });
    }
    case 'TXT':
      return readTxt(reader, start, end);
    case 'MX': {
      reader.at = start;
      return { preference: reader.u16(), exchange: reader.name() };
    }
    default:
      reader.at = start;
      return reader.name();
  }
}

function readTxt(reader: MessageReader, start: number, end: number): RecordData['TXT'] {
  const chunks: string[] = [];
  for (let at = start; at < end; ) {
    const next = at + 1 + reader.bytes[at]!;
    if (next > end) reader.fail('a character-string ends outside its record');
    chunks.push(latin1(reader.bytes, at + 1, next));
    at = next;
  }
  return { text: chunks.join(''), chunks };
}
