import { equal, matches, ok } from '../assertions.mjs';
import { bytesOf } from '../bytes.mjs';

const authors = [
  ['"Ann" <ann@Example.com>', { domain: 'example.com', address: 'ann@Example.com' }],
  ['ann@b\u00fccher.example', { domain: 'xn--bcher-kva.example' }],
  ['a@example.com, b@example.net', { reason: 'multiple-author-domains', domains: ['example.com', 'example.net'] }],
  ['undisclosed', {}],
];

export const messageCases = [
  {
    name: 'parseMessage splits header and body, and counts octets',
    run(lib) {
      const text = 'Subject: caf\u00e9\r\n folded\r\nFrom: a@example.com\r\n\r\nHello\r\n.\r\n';
      const parsed = lib.parseMessage(bytesOf(text));
      equal(
        parsed.fields.map(({ name }) => name),
        ['subject', 'from'],
      );
      equal(new TextDecoder().decode(parsed.bytes.subarray(parsed.body.start, parsed.body.end)), 'Hello\r\n.\r\n');
      matches(parsed.lineEndings, { style: 'crlf', crlf: 6, bareLf: 0, nul: 0 });
      equal(lib.parseMessage(text).body, parsed.body, 'the body of the same message as a string');
      equal(lib.parseMessage('A: b\nC: d\n\nbody\n').lineEndings.style, 'lf');
    },
  },
  ...authors.map(([from, expected]) => ({
    name: `parseAuthorDomain of ${from}`,
    run(lib) {
      const author = lib.parseAuthorDomain(`From: ${from}\r\n\r\nHi\r\n`);
      matches(author, expected);
      equal(author.domain === undefined, author.reason !== undefined, 'a reason without a domain');
    },
  })),
  {
    name: 'a display name is decoded from its character set (RFC 2047)',
    run(lib) {
      const from = '=?koi8-r?Q?=E2=C1=CE=CB_ceo=40bank.example?= <x@example.com>';
      const { diagnostics } = lib.parseAuthorDomain(`From: ${from}\r\n\r\n`);
      const shown = diagnostics.find(({ code }) => code === 'message.name-shows-address');
      ok(shown !== undefined, `the findings are ${JSON.stringify(diagnostics)}`);
      matches(shown.params, { shown: 'ceo@bank.example', domain: 'example.com' });
      ok(shown.params.text.startsWith('\u0411\u0430\u043d\u043a'), `the name is ${shown.params.text}`);
    },
  },
];
