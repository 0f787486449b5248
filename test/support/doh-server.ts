import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { RecordType } from '../../src/dns/resolver.ts';
import { memoryResolver, type Zone } from '../../src/resolvers/memory.ts';
import { respond } from './dns-server.ts';

const TYPES: { readonly [code: string]: RecordType } = {
  1: 'A',
  2: 'NS',
  5: 'CNAME',
  12: 'PTR',
  15: 'MX',
  16: 'TXT',
  28: 'AAAA',
};
const RCODES: { readonly [reason: string]: number } = { servfail: 2, refused: 5 };

/** TXT data as the big providers write it: every chunk quoted, other than printable ASCII as decimal escapes. */
function presentation(chunks: readonly string[]): string {
  const decimal = (c: string) => `\\${String(c.charCodeAt(0)).padStart(3, '0')}`;
  return chunks.map((chunk) => `"${chunk.replace(/["\\]/g, '\\$&').replace(/[^ -~]/g, decimal)}"`).join(' ');
}

async function json(url: URL, zone: Zone): Promise<string | undefined> {
  const name = url.searchParams.get('name')!;
  const type = TYPES[url.searchParams.get('type')!]!;
  const answer = await memoryResolver(zone).query(name, type);
  if (answer.status === 'failure' && !(answer.reason in RCODES)) return undefined;
  const status = answer.status === 'failure' ? RCODES[answer.reason] : answer.status === 'nxdomain' ? 3 : 0;
  const chain = answer.cnames ?? [];
  const aliases = chain.map((data, i) => ({
    name: `${i === 0 ? name : chain[i - 1]}.`,
    type: 5,
    TTL: 60,
    data: `${data}.`,
  }));
  const records = answer.status === 'answer' ? answer.records : [];
  const found = records.map((record) => {
    const data =
      typeof record === 'string'
        ? record + (type === 'A' || type === 'AAAA' ? '' : '.')
        : 'text' in record
          ? presentation(record.chunks!)
          : `${record.preference} ${record.exchange}.`;
    return { name: `${chain.at(-1) ?? name}.`, type: Number(url.searchParams.get('type')), TTL: 300, data };
  });
  return JSON.stringify({ Status: status, TC: false, AD: true, Answer: [...aliases, ...found] });
}

async function answerRequest(request: IncomingMessage, response: ServerResponse, zone: Zone): Promise<void> {
  const url = new URL(request.url!, 'http://localhost');
  const dns = url.searchParams.get('dns');
  const body = dns === null ? await json(url, zone) : await respond(Buffer.from(dns, 'base64url'), zone, 65_535);
  if (body === undefined) return;
  response.writeHead(200, { 'content-type': dns === null ? 'application/dns-json' : 'application/dns-message' });
  response.end(body);
}

/** Serves HTTP on a free port of 127.0.0.1. */
export async function serveHttp(
  handle: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<{ url: string; close(): Promise<void> }> {
  const server = createServer(handle);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = async () => {
    server.closeAllConnections();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  };
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/dns-query`, close };
}

/** Serves a zone by DNS over HTTPS in both forms; a `timeout` or `network` failure gets no answer. */
export function serveDoh(zone: Zone): Promise<{ url: string; close(): Promise<void> }> {
  return serveHttp((request, response) => void answerRequest(request, response, zone));
}
