import { describe, expect, test } from 'vitest';
import { authenticateMessage } from '../../src/authenticate/authenticate.ts';
import { formatAuthenticationResults } from '../../src/authenticate/authentication-results.ts';
import { memoryResolver } from '../../src/resolvers/memory.ts';
import { addSet, arcZone } from '../support/arc.ts';
import { keyRecord, octetsOf, rsa1024, signWith } from '../support/keys.ts';

const plain = 'From: ann@example.com\r\nTo: bob@example.net\r\nSubject: Hi\r\n\r\nHello\r\n';
const resolver = memoryResolver({
  ...arcZone,
  'sel._domainkey.example.com': { TXT: [keyRecord(rsa1024)] },
  '_dmarc.example.com': { TXT: ['v=DMARC1; p=reject'] },
});
const envelope = { ip: '192.0.2.1', helo: 'mx.lists.example', mailFrom: 'list@lists.example' };
const options = { authservId: 'mx.example.net', arc: true };

function streamOf(message: string): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      for (const octet of octetsOf(message)) controller.enqueue(Uint8Array.of(octet));
      controller.close();
    },
  });
}

describe('authenticateMessage with arc', () => {
  test('reports the chain and writes it; DMARC does not look at it', async () => {
    // The list changed the body after the author had signed it, so that only the chain is intact.
    const message = addSet(signWith(plain).replace('Hello', 'Hello, list'));
    const verdict = await authenticateMessage(message, envelope, { resolver }, options);
    expect(verdict.arc).toMatchObject({ result: 'pass', oldestPass: 0 });
    expect(verdict.dkim).toMatchObject([{ result: 'fail', reason: 'body-hash' }]);
    expect(verdict.dmarc.result).toBe('fail');
    expect(verdict.authenticationResults).toContain('arc=pass header.oldest-pass=0');
    expect(formatAuthenticationResults('mx.example.net', verdict)).toBe(verdict.authenticationResults);
    const { arc, authenticationResults, ...rest } = verdict;
    const { authenticationResults: without, ...others } = await authenticateMessage(
      message,
      envelope,
      { resolver },
      {
        authservId: 'mx.example.net',
      },
    );
    expect(rest).toEqual(others);
    expect(without).not.toContain(' arc=');
    expect(JSON.parse(JSON.stringify(verdict))).toEqual(verdict);
    expect(arc!.instances).toHaveLength(1);
    expect(authenticationResults).toBe(`${without};\r\n arc=pass header.oldest-pass=0`);
  });

  test('a stream is read once for the signatures and the chain', async () => {
    const message = addSet(signWith(plain), { c: 'simple/simple' });
    const verdict = await authenticateMessage(streamOf(message), envelope, { resolver }, options);
    expect(verdict).toMatchObject({ arc: { result: 'pass' }, dkim: [{ result: 'pass' }], dmarc: { result: 'pass' } });
  });

  test('a chain without any DKIM signature has its body read all the same', async () => {
    const verdict = await authenticateMessage(streamOf(addSet(plain)), envelope, { resolver }, options);
    expect(verdict).toMatchObject({ arc: { result: 'pass' }, dkim: [], dmarc: { result: 'fail' } });
  });

  test('no chain', async () => {
    const verdict = await authenticateMessage(plain, envelope, { resolver }, options);
    expect(verdict.arc).toEqual({ result: 'none', instances: [], diagnostics: [] });
    expect(verdict.authenticationResults).toContain('arc=none');
  });

  test('a chain that is broken makes no other result worse', async () => {
    const message = `ARC-Seal: i=1\r\n${signWith(plain)}`;
    const verdict = await authenticateMessage(message, envelope, { resolver }, options);
    expect(verdict).toMatchObject({ arc: { result: 'fail', reason: 'missing-field' }, dmarc: { result: 'pass' } });
  });
});
