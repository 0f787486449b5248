import { equal, matches, ok, plainData, thrownBy } from '../assertions.mjs';

const POLICY_URL = 'https://mta-sts.example.com/.well-known/mta-sts.txt';
const POLICY = 'version: STSv1\r\nmode: enforce\r\nmx: mx.example.com\r\nmax_age: 604800\r\n';
const KEY =
  'v=DKIM1; p=' +
  'MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAnlwlRjorqmnUWLHAPt8Qy7h04UII1N7l83YN0EXYPYC4/iLFBwU0FUSx' +
  'BGSb2FRlg8fFl7ZYpnqaPV7alzTMMSF2ewmA11k4FiuTC0NxpQPg0HefRCnrKHEdIcNiyI4h/g4Fa0JEFjyBrcM7CVSPbgGh/6Tq' +
  'sFL1NCioi7aV3VWoYxlZL5W1zGno9imaffiAgRU6t0wy+NBJVoqMRkc+HftNAh+UeDDfRvtPVWSKNTz1olteRB95CSycgLDQWo6q' +
  'ng6S0vAGWBYwOtfJMyQpgdgNaNU0T+x9bbTmn6zVIcZJeJ/bOQvFgH3NqEEB5LlOqEVXGNwX/U6eKAMqoe8huwIDAQAB';
const zone = {
  'example.com': { MX: ['10 mx.example.com'], TXT: ['v=spf1 mx -all'] },
  'mx.example.com': { A: ['192.0.2.25'], AAAA: ['2001:db8::25'] },
  's1._domainkey.example.com': { TXT: [KEY] },
  '_dmarc.example.com': { TXT: ['v=DMARC1; p=reject; rua=mailto:dmarc@example.com'] },
  '_mta-sts.example.com': { TXT: ['v=STSv1; id=1'] },
  '_smtp._tls.example.com': { TXT: ['v=TLSRPTv1; rua=mailto:tls@example.com'] },
};

async function fetch(url) {
  equal(String(url), POLICY_URL);
  return new Response(POLICY, { headers: { 'content-type': 'text/plain' } });
}

// [what, what the zone has instead, codes]
const audits = [
  ['a domain that does everything right', {}, []],
  [
    'a policy that only watches',
    { '_dmarc.example.com': { TXT: ['v=DMARC1; p=none; rua=mailto:a@example.com'] } },
    ['dmarc.policy-none'],
  ],
  ['a fault', { '_smtp._tls.example.com': { TXT: ['v=TLSRPTv1; rua=tls@example.com'] } }, ['tls-rpt.uri']],
  ['no answer', { '_smtp._tls.example.com': { TXT: { failure: 'timeout' } } }, ['tls-rpt.dns-failure']],
];

export const auditCases = [
  ...audits.map(([what, changes, codes]) => ({
    name: `auditDomain: ${what}`,
    async run(lib) {
      const env = { resolver: lib.memoryResolver({ ...zone, ...changes }), fetch };
      const audit = await lib.auditDomain('example.com', env, { selectors: 's1' });
      matches(audit, { purpose: 'mail', mtaSts: { status: 'found' }, score: { of: 100 } });
      equal(
        audit.findings.map(({ code }) => code),
        codes,
      );
      plainData(audit);
    },
  })),
  {
    name: 'auditDomain: a parked domain gets the records to publish',
    async run(lib) {
      const resolver = lib.memoryResolver({ 'example.com': { A: ['192.0.2.80'] } });
      const { purpose, findings } = await lib.auditDomain('example.com', { resolver });
      equal(purpose, 'parked');
      equal(
        findings.map(({ change }) => change.after),
        ['v=DMARC1; p=reject', 'v=spf1 -all', '0 .'],
      );
    },
  },
  {
    name: 'auditDomain: wrong arguments are TypeErrors',
    async run(lib) {
      ok((await thrownBy(() => lib.auditDomain('192.0.2.1', {}))) instanceof TypeError, 'an address is no domain');
    },
  },
];
