import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';
import type { DnsAnswer, RecordType } from '../../src/dns/resolver.ts';
import { memoryResolver, type Zone } from '../../src/resolvers/memory.ts';

// A name server on loopback for tests, with an encoder of its own: what it sends does not depend on code under test.

const TYPES: { readonly [code: number]: RecordType } = {
  1: 'A',
  2: 'NS',
  5: 'CNAME',
  12: 'PTR',
  15: 'MX',
  16: 'TXT',
  28: 'AAAA',
};
const codeOf = (type: RecordType) => Number(Object.keys(TYPES).find((code) => TYPES[Number(code)] === type));
const RCODES = { servfail: 2, refused: 5, malformed: 1 } as const;

function name(text: string): Buffer {
  const labels = text.replace(/\.$/, '').split('.').filter(Boolean);
  return Buffer.concat([
    ...labels.map((l) => Buffer.concat([Buffer.from([l.length]), Buffer.from(l, 'latin1')])),
    Buffer.from([0]),
  ]);
}

function u16(...values: number[]): Buffer {
  const out = Buffer.alloc(values.length * 2);
  for (const [i, value] of values.entries()) out.writeUInt16BE(value, i * 2);
  return out;
}

function ip6(text: string): Buffer {
  const host = new URL(`http://[${text}]`).hostname.slice(1, -1);
  const [head = '', tail] = host.split('::');
  const groups = (part: string | undefined) => (part ? part.split(':').map((g) => Number.parseInt(g, 16)) : []);
  const gap = Array(8 - groups(head).length - groups(tail).length).fill(0);
  return u16(...groups(head), ...(tail === undefined ? [] : gap), ...groups(tail));
}

function rdata(type: RecordType, record: unknown): Buffer {
  switch (type) {
    case 'A':
      return Buffer.from((record as string).split('.').map(Number));
    case 'AAAA':
      return ip6(record as string);
    case 'MX': {
      const { preference, exchange } = record as { preference: number; exchange: string };
      return Buffer.concat([u16(preference), name(exchange)]);
    }
    case 'TXT':
      return Buffer.concat(
        (record as { chunks: string[] }).chunks.map((c) =>
          Buffer.concat([Buffer.from([c.length]), Buffer.from(c, 'latin1')]),
        ),
      );
    default:
      return name(record as string);
  }
}

function resource(owner: string, type: RecordType, record: unknown): Buffer {
  const data = rdata(type, record);
  return Buffer.concat([name(owner), u16(codeOf(type), 1), u16(0, 300), u16(data.length), data]);
}

function encode(id: number, question: Buffer, answer: DnsAnswer, limit: number): Buffer {
  const chain = answer.cnames ?? [];
  const records = chain.map((target, i) => resource(i === 0 ? answer.name : chain[i - 1]!, 'CNAME', target));
  if (answer.status === 'answer') {
    for (const record of answer.records) records.push(resource(chain.at(-1) ?? answer.name, answer.type, record));
  }
  const rcode =
    answer.status === 'nxdomain' ? 3 : answer.status === 'failure' ? RCODES[answer.reason as keyof typeof RCODES] : 0;
  const whole = Buffer.concat([u16(id, 0x8180 | rcode, 1, records.length, 0, 0), question, ...records]);
  if (whole.length <= limit) return whole;
  return Buffer.concat([u16(id, 0x8380, 1, 0, 0, 0), question]);
}

/** The response to a query message, or nothing where the zone says `timeout` or `network`. */
export async function respond(query: Buffer, zone: Zone, limit: number): Promise<Buffer | undefined> {
  let at = 12;
  const labels: string[] = [];
  for (let length = query[at]!; length > 0; length = query[at]!) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  const type = TYPES[query.readUInt16BE(at + 1)];
  if (type === undefined) return undefined;
  const answer = await memoryResolver(zone).query(labels.join('.'), type);
  if (answer.status === 'failure' && !(answer.reason in RCODES)) return undefined;
  return encode(query.readUInt16BE(0), query.subarray(12, at + 5), answer, limit);
}

/** Serves a zone over UDP and TCP on a free port of 127.0.0.1; a `timeout` or `network` failure gets no answer. */
export async function serveDns(zone: Zone): Promise<{ address: string; close(): Promise<void> }> {
  const tcp = createServer((socket) => {
    let received = Buffer.alloc(0);
    socket.on('error', () => socket.destroy());
    socket.on('data', async (data) => {
      received = Buffer.concat([received, data]);
      if (received.length < 2 || received.length < 2 + received.readUInt16BE(0)) return;
      const response = await respond(received.subarray(2), zone, 65_535);
      if (response !== undefined) socket.end(Buffer.concat([u16(response.length), response]));
    });
  });
  const udp = await listenOnBoth(tcp);
  udp.on('message', async (query, peer) => {
    const response = await respond(query, zone, 512);
    if (response !== undefined) udp.send(response, peer.port, peer.address);
  });
  const { port } = udp.address();
  const close = async () => {
    await new Promise<void>((resolve) => udp.close(() => resolve()));
    await new Promise<void>((resolve) => tcp.close(() => resolve()));
  };
  return { address: `127.0.0.1:${port}`, close };
}

/** A port that is free for one protocol may be taken for the other: then another one is tried. */
async function listenOnBoth(tcp: Server, tries = 20): Promise<Socket> {
  await once(tcp.listen(0, '127.0.0.1'), 'listening');
  const udp = createSocket('udp4');
  try {
    await once(udp.bind((tcp.address() as AddressInfo).port, '127.0.0.1'), 'listening');
    return udp;
  } catch (error) {
    udp.close();
    await once(tcp.close(), 'close');
    if (tries === 1) throw error;
    return listenOnBoth(tcp, tries - 1);
  }
}
