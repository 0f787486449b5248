import { readFile } from 'node:fs/promises';
import type { Resolver } from '../dns/resolver.ts';
import { dohResolver } from '../resolvers/doh.ts';
import { memoryResolver, type Zone } from '../resolvers/memory.ts';
import { nodeResolver } from '../resolvers/node.ts';

/** The options by which a command is told whom to ask, for `parseArgs`. */
export const dnsOptions = {
  zone: { type: 'string' },
  server: { type: 'string', multiple: true },
  doh: { type: 'string' },
} as const;

/** Their lines in the usage of a command. */
export const dnsUsage = `  --zone FILE           answer DNS questions from a JSON file instead of the network
  --server ADDRESS      name server to ask, with an optional port; may be repeated
  --doh URL             ask by DNS over HTTPS`;

/** The resolver that the options name: the system's where they say nothing. */
export async function openResolver({
  zone,
  server,
  doh,
}: {
  zone?: string;
  server?: string[];
  doh?: string;
}): Promise<Resolver> {
  if ([zone, server, doh].filter((source) => source !== undefined).length > 1) {
    throw new Error('--zone, --server and --doh exclude each other');
  }
  if (doh !== undefined) return dohResolver({ url: doh });
  if (zone === undefined) return nodeResolver({ ...(server && { servers: server }) });
  const text = await readFile(zone, 'utf8');
  try {
    return memoryResolver(JSON.parse(text) as Zone);
  } catch (error) {
    throw new Error(`${zone} is no zone: ${(error as Error).message}`);
  }
}
