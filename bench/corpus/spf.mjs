// SPF zones: what the questions are asked against, and what the answer is. Sizes follow what large senders publish.

/** One record with a network that matches. */
export const one = {
  title: 'SPF, one ip4 record',
  zone: { 'example.com': { TXT: ['v=spf1 ip4:192.0.2.0/24 -all'] } },
  question: { ip: '192.0.2.17', helo: 'mx.example.com', mailFrom: 'bounce@example.com' },
  result: 'pass',
};

const range = (count, term) => Array.from({ length: count }, (_, i) => term(i)).join(' ');

/** Five includes, two of them one deeper, 28 networks, of which the last matches. */
export const nested = {
  title: 'SPF, 5 nested includes, 28 networks',
  zone: {
    'example.com': {
      TXT: ['google-site-verification=abc', 'v=spf1 include:_spf.mail.example include:spf.crm.example ~all'],
    },
    '_spf.mail.example': {
      TXT: ['v=spf1 include:_net1.mail.example include:_net2.mail.example include:_net3.mail.example ~all'],
    },
    '_net1.mail.example': { TXT: [`v=spf1 ${range(12, (i) => `ip4:35.190.${i * 16}.0/20`)} ~all`] },
    '_net2.mail.example': { TXT: [`v=spf1 ${range(6, (i) => `ip6:2001:4860:${4000 + i}::/36`)} ~all`] },
    '_net3.mail.example': { TXT: [`v=spf1 ${range(5, (i) => `ip4:172.217.${i * 32}.0/19`)} ~all`] },
    'spf.crm.example': { TXT: [`v=spf1 ${range(5, (i) => `ip4:198.51.100.${i * 32}/27`)} -all`] },
  },
  question: { ip: '198.51.100.133', helo: 'mx.example.com', mailFrom: 'bounce@example.com' },
  result: 'pass',
};

/** Every kind of mechanism with a look-up but ptr, and macros; nothing matches until -all. */
export const heavy = {
  title: 'SPF, a, mx, exists, macros, fail',
  zone: {
    'example.com': {
      TXT: [
        'v=spf1 a mx a:web.example.com/28 exists:%{ir}.%{v}._spf.%{d2} exists:%{l1r+}.%{o}._users.example.com -all',
      ],
      A: ['203.0.113.1'],
      MX: ['10 mx1.example.com', '20 mx2.example.com'],
    },
    'mx1.example.com': { A: ['203.0.113.10'], AAAA: ['2001:db8::10'] },
    'mx2.example.com': { A: ['203.0.113.20'], AAAA: ['2001:db8::20'] },
    'web.example.com': { A: ['203.0.113.33', '203.0.113.34'] },
  },
  question: { ip: '192.0.2.200', helo: 'mx.example.com', mailFrom: 'bounce+tag@example.com' },
  result: 'fail',
};

/** As many terms with a look-up as the limit allows, all of them includes that do not match. */
export function includes(count) {
  const names = Array.from({ length: count - 0 }, (_, i) => `spf${i}.example.net`);
  const last = names.at(-1);
  return {
    title: `SPF, ${count} look-up${count === 1 ? '' : 's'}`,
    zone: {
      'example.com': { TXT: [`v=spf1 ${names.map((name) => `include:${name}`).join(' ')} -all`] },
      ...Object.fromEntries(
        names.map((name, i) => [
          name,
          { TXT: [`v=spf1 ip4:203.0.113.${i}${name === last ? ' ip4:192.0.2.0/24' : ''} -all`] },
        ]),
      ),
    },
    question: { ip: '192.0.2.17', helo: 'mx.example.com', mailFrom: 'bounce@example.com' },
    result: 'pass',
  };
}
