import { readFileSync } from 'node:fs';
import type { Envelope } from '../../src/authenticate/authenticate.ts';
import type { Zone } from '../../src/resolvers/memory.ts';

const sample = (name: string) => readFileSync(new URL(`../../sample/${name}`, import.meta.url));

/** The message that ships with the repository, its zone, and the session that delivered it. */
export const sampleMessage: Uint8Array = new Uint8Array(sample('message.eml'));
export const sampleZone: Zone = JSON.parse(sample('zone.json').toString('utf8')) as Zone;
export const sampleEnvelope: Envelope = {
  ip: '192.0.2.25',
  helo: 'mx.example.org',
  mailFrom: 'bounce@news.example.org',
};
