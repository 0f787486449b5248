import { createPublicKey, verify } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { SealOptions } from '../../src/arc/assessment.ts';
import { type SealedMessage, sealMessage } from '../../src/arc/seal.ts';
import { verifyArc } from '../../src/arc/verify.ts';
import { authenticateMessage } from '../../src/authenticate/authenticate.ts';
import { parseArcAuthenticationResults } from '../../src/authentication-results/parse.ts';
import { type Signer, signerFromPem } from '../../src/dkim/signer.ts';
import { memoryResolver } from '../../src/resolvers/memory.ts';
import { addSet, arcZone } from '../support/arc.ts';
import { canonicalField, ed25519, keyRecord, octetsOf, rsa1024, signWith } from '../support/keys.ts';

const plain = 'From: ann@example.com\r\nTo: bob@example.net\r\nSubject: Hi\r\n\r\nHello\r\n';
const resolver = memoryResolver({ ...arcZone, 'ed._domainkey.lists.example': { TXT: [keyRecord(ed25519)] } });
const env = { resolver, now: () => new Date('2025-01-01T00:00:00Z') };
const pem = (key: typeof rsa1024) => key.export({ format: 'pem', type: 'pkcs8' }) as string;
const signer: Signer = await signerFromPem(pem(rsa1024));
const options: SealOptions = {
  domain: 'lists.example',
  selector: 'arc',
  signer,
  authenticationResults: 'mx.lists.example; spf=pass smtp.mailfrom=example.com; dmarc=pass header.from=example.com',
};

function seal(message: string, more: Partial<SealOptions> = {}, environment: object = env): Promise<SealedMessage> {
  return sealMessage(message, { ...options, ...more }, environment);
}

function codes({ diagnostics }: SealedMessage): string[] {
  return diagnostics.map(({ code }) => code);
}

describe('RFC 8617 §5.1: sealing', () => {
  test('the first set: three fields, the seal on top, in a form that does not change', async () => {
    const sealed = await seal(plain);
    const [arcSeal, ams, aar] = sealed.fields;
    expect(sealed).toMatchObject({ instance: 1, cv: 'none' });
    expect(sealed.headers).toBe(`${arcSeal}\r\n${ams}\r\n${aar}\r\n`);
    expect(arcSeal).toMatch(
      /^ARC-Seal: i=1; a=rsa-sha256; cv=none; d=lists\.example; s=arc; t=1735689600;\r\n b=[\w+/=]+/,
    );
    expect(ams).toMatch(
      /^ARC-Message-Signature: i=1; a=rsa-sha256; c=relaxed\/relaxed; d=lists\.example;\r\n s=arc; t=/,
    );
    expect(aar).toBe(
      [
        'ARC-Authentication-Results: i=1; mx.lists.example',
        ' spf=pass smtp.mailfrom=example.com',
        ' dmarc=pass header.from=example.com',
        ' arc=none',
      ].join(';\r\n'),
    );
    expect(sealed.headers.split('\r\n').every((line) => line.length <= 78)).toBe(true);
    expect(await seal(plain)).toEqual(sealed);
    expect(codes(sealed)).toContain('dkim.sign-key-short');
  });

  test('a chain of five verifies at every step, and says that every message signature does', async () => {
    let message = plain;
    let newest = '';
    for (let i = 1; i <= 5; i++) {
      const sealed = await seal(message);
      newest = sealed.fields[2]!;
      expect(sealed).toMatchObject({ instance: i, cv: i === 1 ? 'none' : 'pass' });
      message = sealed.headers + message;
      expect(await verifyArc(message, env)).toMatchObject({ result: 'pass', oldestPass: 0 });
    }
    const { value } = parseArcAuthenticationResults(newest.slice(newest.indexOf(':') + 1));
    expect(value!.results.at(-1)).toMatchObject({
      method: 'arc',
      result: 'pass',
      properties: [{ ptype: 'header', property: 'oldest-pass', value: '0' }],
    });
  });

  test('it goes on with a chain that others made, and theirs with ours', async () => {
    const theirs = addSet(plain);
    const ours = (await seal(theirs)).headers + theirs;
    expect(await verifyArc(ours, env)).toMatchObject({ result: 'pass', oldestPass: 0 });
    expect(await verifyArc(addSet(ours), env)).toMatchObject({ result: 'pass' });
  });

  test('§4.1.2: all DKIM signatures are covered, no ARC field and no Authentication-Results', async () => {
    const message = signWith(`Authentication-Results: mx.lists.example; none\r\n${signWith(addSet(plain))}`);
    const sealed = await seal(message, { arc: { result: 'pass' } });
    const h = /h=([^;]*)/.exec(sealed.fields[1]!)![1]!.replace(/\s/g, '').toLowerCase().split(':');
    expect(h.filter((name) => name === 'dkim-signature')).toHaveLength(2);
    expect(h.filter((name) => name.startsWith('arc-') || name.startsWith('auth'))).toEqual([]);
    const result = await verifyArc(sealed.headers + message, env);
    expect(result.instances[1]!.ams!.signedHeaders).toContain('dkim-signature');
    const removed = message.replace('DKIM-Signature:', 'X-Signature:');
    expect(await verifyArc(sealed.headers + removed, env)).toMatchObject({ reason: 'message-signature' });
  });

  test('Ed25519, which is said', async () => {
    const sealed = await seal(plain, { selector: 'ed', signer: await signerFromPem(pem(ed25519)) });
    expect(codes(sealed)).toContain('dkim.sign-ed25519-alone');
    expect(await verifyArc(sealed.headers + plain, env)).toMatchObject({ result: 'pass' });
  });

  test('a message with LF lines is sealed in the form to send, a stream as it comes', async () => {
    const chain = addSet(plain);
    const sealed = await seal(chain.replaceAll('\r\n', '\n'));
    expect(new TextDecoder().decode(sealed.message)).toBe(chain);
    const stream = new ReadableStream<Uint8Array>({
      start(controller) {
        for (const octet of octetsOf(chain)) controller.enqueue(Uint8Array.of(octet));
        controller.close();
      },
    });
    const streamed = await sealMessage(stream, options, env);
    expect(streamed.fields).toEqual(sealed.fields);
    expect(streamed.message).toBeUndefined();
    expect(await verifyArc(sealed.headers + chain, env)).toMatchObject({ result: 'pass' });
  });
});

describe('the state of the chain', () => {
  test('is that on arrival: a list that changes the message says cv=pass', async () => {
    const arrived = addSet(plain);
    const { result } = await verifyArc(arrived, env);
    const changed = arrived.replace('Subject: Hi', 'Subject: [list] Hi');
    const sealed = await seal(changed, { arc: { result } }, {});
    expect(sealed).toMatchObject({ instance: 2, cv: 'pass' });
    expect(await verifyArc(sealed.headers + changed, env)).toMatchObject({ result: 'pass', oldestPass: 2 });
  });

  test('without that, it is that of the message as it is', async () => {
    const changed = addSet(plain).replace('Subject: Hi', 'Subject: [list] Hi');
    expect(await seal(changed)).toMatchObject({ instance: 2, cv: 'fail' });
  });

  test('§5.1.2: a failed chain gets one set that signs itself, and then none', async () => {
    const broken = addSet(addSet(plain)).replace('Hello', 'Hallo');
    const sealed = await seal(broken);
    expect(sealed).toMatchObject({ instance: 3, cv: 'fail' });
    const message = sealed.headers + broken;
    expect(await verifyArc(message, env)).toMatchObject({ result: 'fail', reason: 'chain-failed' });
    // "As if this newest ARC Set was the only set present": what is signed, worded independently.
    const [own, ams, aar] = sealed.fields.map((field) => canonicalField(field, 'relaxed'));
    const unsigned = own!.slice(0, own!.lastIndexOf('b=') + 2);
    const value = Buffer.from(own!.slice(unsigned.length), 'base64');
    expect(verify('sha256', Buffer.from(`${aar}${ams}${unsigned}`), createPublicKey(rsa1024), value)).toBe(true);
    const after = await seal(message);
    expect(after).toMatchObject({ fields: [], headers: '' });
    expect(after.cv).toBeUndefined();
    expect(codes(after)).toContain('arc.seal-after-failure');
  });

  test.each([
    ['a gap', addSet(addSet(plain), { instance: 3 }), 4],
    ['a set that is not whole', addSet(plain).replace('ARC-Message-Signature', 'X-Signature'), 2],
    ['a field without instance', `ARC-Seal: cv=none\r\n${plain}`, 1],
  ])('%s is cv=fail whatever was said, one above the highest instance', async (_, message, instance) => {
    expect(await seal(message, { arc: { result: 'pass' } })).toMatchObject({ instance, cv: 'fail' });
  });

  test('§4.2.1: no set follows instance 50', async () => {
    const sealed = await seal(addSet(plain, { instance: 50 }));
    expect(sealed.fields).toEqual([]);
    expect(codes(sealed)).toContain('arc.seal-limit');
    expect(codes(await seal(`${'ARC-Seal: i=1\r\n'.repeat(51)}${plain}`))).toContain('arc.seal-limit');
  });

  test('a chain whose key cannot be fetched failed (§5.2.1)', async () => {
    const failing = { query: () => Promise.reject(new Error('down')) };
    expect(await seal(addSet(plain), {}, { resolver: failing })).toMatchObject({ cv: 'fail' });
  });
});

describe('what is reported', () => {
  test('a verdict, with the chain on arrival', async () => {
    const arrived = addSet(plain);
    const envelope = { ip: '192.0.2.1', helo: 'mx.example.com', mailFrom: 'ann@example.com' };
    const verdict = await authenticateMessage(arrived, envelope, env, { authservId: 'mx.lists.example', arc: true });
    const sealed = await seal(arrived.replace('Hello', 'Hallo'), { authenticationResults: verdict }, {});
    expect(sealed).toMatchObject({ instance: 2, cv: 'pass' });
    const aar = sealed.fields[2]!;
    expect(aar.replace(/\s+/g, ' ')).toBe(
      `ARC-Authentication-Results: i=2; ${verdict.authenticationResults!.replace(/\s+/g, ' ')}`,
    );
    expect(aar.match(/ arc=/g)).toHaveLength(1);
  });

  test('results, under a name of their own', async () => {
    const results = [{ method: 'spf', result: 'pass', properties: [] }];
    const sealed = await seal(plain, { authservId: 'us', authenticationResults: { results } });
    expect(sealed.fields[2]).toBe('ARC-Authentication-Results: i=1; us;\r\n spf=pass;\r\n arc=none');
    const named = await seal(plain, { authenticationResults: { authservId: 'them', results } });
    expect(named.fields[2]).toContain('i=1; them;');
  });

  test('what cannot be written is left out, and said', async () => {
    const results = [{ method: 'spf', result: 'pass', reason: 'a\r\nX: b', properties: [] }];
    const sealed = await seal(plain, { authenticationResults: { authservId: 'us', results } });
    expect(codes(sealed)).toContain('authentication-results.value-filtered');
    expect(sealed.fields[2]).not.toMatch(/\r\nX/);
  });
});

describe('wrong arguments', () => {
  const wrong: [string, Partial<{ [name in keyof SealOptions]: unknown }>, object?][] = [
    ['"domain"', { domain: 'example' }],
    ['"selector"', { selector: 5 }],
    ['"signer"', { signer: {} }],
    ['"authenticationResults"', { authenticationResults: undefined }],
    ['"authenticationResults"', { authenticationResults: {} }],
    ['"authenticationResults"', { authenticationResults: 'a b c' }],
    ['"authservId"', { authenticationResults: { results: [] } }],
    ['"authservId"', { authservId: '' }],
    ['"arc.result"', { arc: { result: 'good' } }],
    ['"arc.result" is "none"', { arc: { result: 'none' } }],
    ['Authentication-Results must not', { signedHeaders: ['From', 'Authentication-Results'] }],
    ['ARC-Seal must not', { oversignedHeaders: ['From', 'ARC-Seal'] }],
    ['"env.resolver"', {}, {}],
  ];

  test.each(wrong)('%s', async (text, more, environment) => {
    const promise = seal(addSet(plain), more as Partial<SealOptions>, environment);
    await expect(promise).rejects.toThrow(TypeError);
    await expect(promise).rejects.toThrow(`Cannot seal the message: ${text}`);
  });

  test('what is no message to sign', async () => {
    await expect(seal('Subject: Hi\r\n\r\nHello\r\n')).rejects.toThrow('it must have one From field');
  });

  test('what belongs to DKIM-Signature alone is not written', async () => {
    const sealed = await seal(plain, { auid: '@lists.example', expiresInSeconds: 5 } as Partial<SealOptions>);
    expect(sealed.fields[1]!.match(/[ix]=/g)).toEqual(['i=']);
    expect(await verifyArc(sealed.headers + plain, env)).toMatchObject({ result: 'pass' });
  });

  test('a signer that fails, and an abort', async () => {
    const failing: Signer = { algorithm: 'rsa-sha256', sign: () => Promise.reject(new Error('no key')) };
    await expect(seal(plain, { signer: failing })).rejects.toThrow('no key');
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(seal(plain, {}, { ...env, signal })).rejects.toThrow('enough');
  });
});
