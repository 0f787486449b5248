import { describe, expect, test } from 'vitest';
import { lookupDkimKey } from '../../src/dkim/lookup.ts';
import { DnsSession } from '../../src/dns/session.ts';
import { defaultLimits } from '../../src/limits.ts';
import { memoryResolver, type Zone } from '../../src/resolvers/memory.ts';
import { keyRecord, rsa1024 } from '../support/keys.ts';

const place = 'sel._domainkey.example.com';

function lookup(zone: Zone, selector = 'sel', domain = 'example.com', limits = defaultLimits) {
  return lookupDkimKey(selector, domain, DnsSession.open({ resolver: memoryResolver(zone) }, limits), limits);
}

describe('the key of a signature (RFC 6376 §3.6.2.1, §6.1.2)', () => {
  test('is at the selector below _domainkey', async () => {
    const text = keyRecord(rsa1024);
    const found = await lookup({ [place]: { TXT: [text] } });
    expect(found).toMatchObject({
      name: place,
      status: 'records',
      records: [{ text, reading: { record: { keyBits: 1024 } } }],
    });
  });

  test('may be at the end of a CNAME', async () => {
    const zone: Zone = { [place]: { CNAME: ['key.example.net'] }, 'key.example.net': { TXT: [keyRecord(rsa1024)] } };
    expect(await lookup(zone)).toMatchObject({ status: 'records', name: place });
  });

  test('a selector may have dots', async () => {
    const found = await lookup({ 'a.b._domainkey.example.com': { TXT: ['v=DKIM1; p='] } }, 'a.b');
    expect(found).toMatchObject({ status: 'records', records: [{ text: 'v=DKIM1; p=' }] });
  });

  test.each<[title: string, zone: Zone]>([
    ['no such name', {}],
    ['no TXT record', { [place]: { A: ['192.0.2.1'] } }],
    ['an empty non-terminal', { [`x.${place}`]: { TXT: ['x'] } }],
  ])('%s: there is none', async (_, zone) => {
    expect(await lookup(zone)).toEqual({ status: 'none', name: place });
  });

  test.each(['servfail', 'refused', 'timeout', 'network', 'malformed'] as const)(
    '%s: it is not known',
    async (reason) => {
      expect(await lookup({ [place]: { TXT: { failure: reason } } })).toMatchObject({ status: 'failure', name: place });
    },
  );

  test('a name that DNS cannot hold is not asked for', async () => {
    const long = `${'a'.repeat(60)}.`.repeat(4);
    expect(await lookup({}, 'sel', `${long}com`)).toMatchObject({ status: 'none' });
  });

  test('a record over the limit is not parsed', async () => {
    const limits = { ...defaultLimits, recordBytes: 20 };
    const found = await lookup({ [place]: { TXT: ['v=DKIM1; p=', keyRecord(rsa1024)] } }, 'sel', 'example.com', limits);
    const records = found.status === 'records' ? found.records.map(({ reading }) => reading?.record?.revoked) : [];
    expect(records).toEqual([true, undefined]);
  });
});
