// What is measured. `target` is the ratio to mailauth that the project set itself; `group` is a table of the report;
// `large` needs the messages of 25 MB, `slow` is left out by --quick.

export const rows = [
  { id: 'rsa3k', group: 'DKIM', title: 'verify 3 KB, RSA-2048, key cache warm', target: 6 },
  { id: 'rsa3k-new', group: 'DKIM', title: '… every key new', target: 4.5 },
  { id: 'ed3k', group: 'DKIM', title: 'verify 3 KB, Ed25519, key cache warm', target: 3.5 },
  { id: 'two3k', group: 'DKIM', title: 'verify 3.6 KB, two signatures (RSA, Ed25519)' },
  { id: 'five3k', group: 'DKIM', title: 'verify 5 KB, five signatures (RSA)' },
  { id: 'html30k', group: 'DKIM', title: 'verify 30 KB HTML, relaxed' },
  { id: 'base641m', group: 'DKIM', title: 'verify 1 MB base64, relaxed' },
  { id: 'html1m', group: 'DKIM', title: 'verify 1 MB HTML, relaxed', target: 2.5 },
  { id: 'simple1m', group: 'DKIM', title: 'verify 1 MB base64, simple' },
  { id: 'base6425m', group: 'DKIM', title: 'verify 25 MB base64, relaxed', target: 5, large: true },
  { id: 'stream25m', group: 'DKIM', title: '… as a stream of 64 KiB chunks', target: 5, large: true },
  { id: 'simple25m', group: 'DKIM', title: 'verify 25 MB base64, simple', large: true, slow: true },
  { id: 'sign3k', group: 'DKIM', title: 'sign 3 KB, RSA-2048, relaxed' },
  { id: 'authenticate', group: 'Whole messages', title: 'authenticateMessage 3 KB, with traces', target: 5 },
  { id: 'spf-one', group: 'SPF', title: 'one ip4 record', target: 1.5 },
  { id: 'spf-nested', group: 'SPF', title: '5 nested includes, 28 networks', target: 3 },
  { id: 'spf-heavy', group: 'SPF', title: 'a, mx, exists, macros, fail', target: 3 },
  ...[1, 2, 3, 5, 8, 10].map((n) => ({
    id: `spf-${n}`,
    group: 'SPF',
    slow: n > 1 && n < 10,
    title: `${n} include${n === 1 ? '' : 's'}, ${n} look-up${n === 1 ? '' : 's'}`,
  })),
  { id: 'parse-dmarc', group: 'Parsing', title: 'DMARC record', target: 1 },
  { id: 'parse-spf', group: 'Parsing', title: 'SPF record', target: 1 },
  { id: 'parse-key', group: 'Parsing', title: 'DKIM key record', target: 1 },
  { id: 'parse-signature', group: 'Parsing', title: 'DKIM-Signature field', target: 1 },
  { id: 'parse-results', group: 'Parsing', title: 'Authentication-Results field' },
  { id: 'format-results', group: 'Parsing', title: 'Authentication-Results, written' },
];
