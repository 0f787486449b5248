import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Reads the corpus that `buildCorpus` wrote; each message is read when it is first needed. */
export function loadCorpus(folder) {
  const { domain, keys, sets } = JSON.parse(readFileSync(join(folder, 'corpus.json'), 'utf8'));
  return {
    domain,
    keys,
    has: (name) => Object.hasOwn(sets, name),
    messages: (name) => sets[name].map((entry) => ({ ...entry, bytes: readFileSync(join(folder, entry.file)) })),
    unsigned: () => readFileSync(join(folder, 'unsigned.eml')),
    file: (name) => join(folder, sets[name][0].file),
    /** SPF, DMARC and the keys of the domain that signed everything. */
    zone: {
      [domain]: { TXT: ['v=spf1 ip4:192.0.2.0/24 include:_spf.example.net -all'] },
      [`_dmarc.${domain}`]: { TXT: [`v=DMARC1; p=reject; rua=mailto:dmarc@${domain}`] },
      'mx.example.com': { TXT: ['v=spf1 ip4:192.0.2.17 -all'] },
      ...Object.fromEntries(
        keys.map(({ selector, record }) => [`${selector}._domainkey.${domain}`, { TXT: [record] }]),
      ),
    },
    envelope: { ip: '192.0.2.17', helo: 'mx.example.com', mailFrom: `bounce@${domain}` },
  };
}
