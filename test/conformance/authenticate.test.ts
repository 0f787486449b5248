import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { authenticateMessage } from '../../src/authenticate/authenticate.ts';
import { memoryResolver, type Zone } from '../../src/resolvers/memory.ts';
import { conformanceAbsent, conformancePath, hasConformance } from '../support/conformance.ts';

// Mails of other projects through the whole verdict; their DKIM results alone are in dkim.test.ts.

describe('signed mail of other projects', () => {
  if (!hasConformance) {
    test(conformanceAbsent, () => expect(hasConformance).toBe(false));
    return;
  }
  const zone = JSON.parse(readFileSync(conformancePath('dkim/lieser/zone.json'), 'utf8')) as Zone;
  const env = { resolver: memoryResolver({ ...zone, '_dmarc.example.com': { TXT: ['v=DMARC1; p=reject'] } }) };
  const envelope = { ip: '192.0.2.1', helo: 'mx.example.net', mailFrom: '' };

  test.each([
    ['rfc6376-A.2.eml', ['pass'], 'pass', undefined],
    ['added_header-from.eml', ['pass'], 'permerror', 'multiple-from'],
    ['ill_formed-from.eml', [], 'permerror', 'invalid-author-domain'],
    ['rfc6376-A.2-body_modified.eml', ['fail'], 'fail', 'no-identifier'],
  ])('%s', async (file, dkim, result, reason) => {
    const verdict = await authenticateMessage(readFileSync(conformancePath(`dkim/lieser/${file}`)), envelope, env);
    expect(verdict.dkim.map((one) => one.result)).toEqual(dkim);
    expect([verdict.dmarc.result, verdict.dmarc.reason]).toEqual([result, reason]);
  });
});
