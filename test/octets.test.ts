import { describe, expect, test } from 'vitest';
import { analyzeSpf, auditSender, planKeyRotation, simulateSpf } from '../src/audit.ts';
import { lookupBimi } from '../src/bimi/lookup.ts';
import type { Diagnostic } from '../src/diagnostics/diagnostic.ts';
import { lookupMtaSts } from '../src/mta-sts/lookup.ts';
import { memoryResolver, type Zone } from '../src/resolvers/memory.ts';
import { latin1, utf8Bytes } from '../src/text/bytes.ts';
import { lookupTlsRpt } from '../src/tls-rpt/lookup.ts';

const KEY = 'v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=';
const OTHER_KEY = 'v=DKIM1; k=ed25519; p=ebVWLo/mVPlAeLES6KmLp5AfhTrmlb7X4OORC60ElmQ=';

/** A zone whose texts are the octets of UTF-8, as DNS has them. */
function env(zone: { [name: string]: string }) {
  const entries = Object.entries(zone).map(([name, text]) => [name, { TXT: [latin1(utf8Bytes(text))] }]);
  return { resolver: memoryResolver(Object.fromEntries(entries) as Zone) };
}

/** The part of a text that a finding points at. */
const pointed = (text: string | undefined, found: readonly Diagnostic[], code: string) => {
  const { start, end } = found.find((one) => one.code === code)!.span!;
  return text?.slice(start, end);
};

describe('texts of DNS that are UTF-8 are shown as what they mean, and spans point into that', () => {
  const record = 'v=spf1 include:bücher.example “mx” -all';

  test('analyzeSpf', async () => {
    const { tree, diagnostics } = await analyzeSpf('example.com', env({ 'example.com': record }));
    expect(tree.record).toBe(record);
    expect(pointed(record, diagnostics, 'spf.character')).toBe('ü');
    expect(pointed(record, diagnostics, 'spf.unknown-mechanism')).toBe('“mx”');
  });

  test('simulateSpf changes the faulty terms and nothing else', async () => {
    const changes = { remove: ['include:bücher.example', '“mx”'], add: 'mx' };
    const { record: after, before } = await simulateSpf('example.com', changes, env({ 'example.com': record }));
    expect(after.text).toBe('v=spf1 mx -all');
    expect(before.octets).toBe(utf8Bytes(record).length);
    const kept = await simulateSpf('example.com', { all: 'softfail' }, env({ 'example.com': record }));
    expect(kept.record.text).toBe('v=spf1 include:bücher.example “mx” ~all');
  });

  test('auditSender', async () => {
    const zone = env({
      'example.com': 'v=spf1 -all',
      '_dmarc.example.com': 'v=DMARC1; p=none; ruá=x; x=“1”',
      's._domainkey.example.com': OTHER_KEY.replace('p=', 'n=für; p='),
      't._domainkey.example.com': OTHER_KEY.replace('p=', 'n=für; p='),
    });
    const dkim = [
      { selector: 's', record: KEY },
      { selector: 't', cname: 't.vendor.example' },
    ];
    const { changes, diagnostics } = await auditSender({ domain: 'example.com', sender: { name: 'V', dkim } }, zone);
    expect(changes.map((change) => 'before' in change && change.before)).toEqual([
      OTHER_KEY.replace('p=', 'n=für; p='),
      OTHER_KEY.replace('p=', 'n=für; p='),
      false,
    ]);
    expect(diagnostics.map(({ message }) => message).join()).toContain('“');
  });

  test('planKeyRotation', async () => {
    const text = OTHER_KEY.replace('p=', 'n=für; p=');
    const zone = env({ 'a._domainkey.example.com': text, 'b._domainkey.example.com': 'v=DKIM1; p=für' });
    const { current, steps, diagnostics } = await planKeyRotation(
      { domain: 'example.com', current: 'a', next: { selector: 'b', record: KEY }, now: 1_795_305_600 },
      zone,
    );
    expect(current.text).toBe(text);
    expect(steps.find(({ step }) => step === 'revoke')?.change).toMatchObject({ before: text });
    expect(diagnostics.map(({ message }) => message)).toContain(
      'What stands at b._domainkey.example.com is no key that verifies: "v=DKIM1; p=für"',
    );
  });

  test('MTA-STS, TLS-RPT and BIMI', async () => {
    const sts = 'v=STSv1; id=“1”; é=1; foo';
    const tls = 'v=TLSRPTv1; rua=mailto:ü@example.com; foo';
    const bimi = 'v=BIMI1; l=https://example.com/ü.svg; foo';
    const zone = env({
      '_mta-sts.example.com': sts,
      '_smtp._tls.example.com': tls,
      'default._bimi.example.com': bimi,
      '_mta-sts.example.net': 'v=STSv1 id=1; é=1',
    });
    const found = await lookupMtaSts('example.com', zone);
    expect(found.text).toBe(sts);
    expect(pointed(sts, found.diagnostics, 'mta-sts.tag-syntax')).toBe(' é=1;');
    const rpt = await lookupTlsRpt('example.com', zone);
    expect([rpt.text, pointed(tls, rpt.diagnostics, 'tls-rpt.uri')]).toEqual([tls, 'mailto:ü@example.com']);
    const indicator = await lookupBimi('example.com', zone);
    expect([indicator.text, pointed(bimi, indicator.diagnostics, 'bimi.uri')]).toEqual([
      bimi,
      'https://example.com/ü.svg',
    ]);
    expect((await lookupMtaSts('example.net', zone)).text).toBe('v=STSv1 id=1; é=1');
  });
});
