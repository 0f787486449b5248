import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parseAggregateReport } from '../../src/reports/aggregate/parse.ts';
import { openReport } from '../../src/reports/attachment.ts';
import { conformanceAbsent, conformancePath, hasConformance } from '../support/conformance.ts';

// file, schema, records as [source, count, disposition, dkim, spf, DKIM results, SPF results], and what it deviates in.
type Row = [source: string, count: number, disposition: string, dkim: string, spf: string, results: string];
const reports: readonly [
  file: string,
  org: string,
  domain: string,
  schema: string,
  rows: Row[],
  deviations: string[],
][] = [
  [
    'acme.xml',
    'acme.com',
    'example.com',
    'rfc7489',
    [['72.150.241.94', 2, 'none', 'fail', 'pass', 'dkim=fail spf=pass']],
    ['namespace', 'version'],
  ],
  [
    'aol.xml',
    'AOL',
    'website.com',
    'rfc7489',
    [['125.125.125.125', 1, 'none', 'pass', 'pass', 'dkim=pass spf=pass']],
    ['envelope_from', 'namespace', 'version'],
  ],
  [
    'gmxnet.xml',
    'GMX',
    'myserver.com',
    'rfc9990',
    [['11.222.33.44', 1, 'none', 'pass', 'pass', 'dkim=pass spf=pass']],
    [],
  ],
  [
    'google.xml',
    'google.com',
    'foo-bar.io',
    'rfc7489',
    [['1.2.3.4', 1, 'none', 'pass', 'pass', 'dkim=pass spf=pass']],
    ['envelope_from', 'scope', 'namespace', 'version'],
  ],
  [
    'hardfail.xml',
    'reporting org',
    'mydomain.org',
    'rfc7489',
    [['42.42.42.42', 1, 'quarantine', 'fail', 'fail', 'dkim=fail spf=hardfail']],
    ['envelope_from', 'domain empty', 'selector empty', 'scope', 'hardfail', 'namespace', 'version'],
  ],
  [
    'mailru.xml',
    'Mail.Ru',
    'foobar.de',
    'rfc7489',
    [['118.41.204.2', 1, 'reject', 'fail', 'fail', 'spf=softfail']],
    ['envelope_from', 'namespace', 'version'],
  ],
  [
    'outlook.xml',
    'Outlook.com',
    'random.net',
    'rfc7489',
    [
      ['1.2.3.4', 1, 'none', 'pass', 'pass', 'dkim=pass spf=pass'],
      ['1.2.3.4', 2, 'none', 'pass', 'pass', 'dkim=pass spf=pass'],
    ],
    ['namespace'],
  ],
  [
    'solamora.xml',
    'solarmora.com',
    'bix-business.com',
    'rfc7489',
    [['203.0.113.209', 2, 'none', 'fail', 'pass', 'dkim=fail spf=pass']],
    ['envelope_from', 'human_result empty', 'scope', 'namespace', 'version'],
  ],
  [
    'webde.xml',
    'WEB.DE',
    'foobar.com',
    'rfc9990',
    [['111.69.13.71', 1, 'none', 'pass', 'pass', 'dkim=pass spf=pass']],
    [],
  ],
  [
    'yahoo.xml',
    'Yahoo',
    'random.org',
    'rfc7489',
    [['1.2.3.4', 1, 'none', 'pass', 'pass', 'dkim=pass spf=pass']],
    ['envelope_from', 'scope', 'namespace', 'version'],
  ],
];

if (hasConformance)
  describe('aggregate reports as they were sent', () => {
    const read = (file: string) => readFileSync(conformancePath(`reports/aggregate/${file}`));

    test('all of them are in the table', () => {
      expect(readdirSync(conformancePath('reports/aggregate')).sort()).toEqual(reports.map(([file]) => file));
    });

    test.each(reports)('%s of %s about %s', async (file, orgName, domain, schema, rows, deviations) => {
      const opened = await openReport(read(file));
      expect(opened).toMatchObject({ ok: true, value: { kind: 'aggregate', path: [] }, diagnostics: [] });
      const { ok, value, diagnostics } = parseAggregateReport(opened.value!.text);
      expect({ ok, value }).toMatchObject({
        ok: true,
        value: { schema, reportMetadata: { orgName }, policyPublished: { domain } },
      });
      const found = value!.records.map(
        ({ sourceIp, count, policyEvaluated: { disposition, dkim, spf }, authResults }) => {
          const results = [
            ...authResults.dkim.map((r) => `dkim=${r.result}`),
            ...authResults.spf.map((r) => `spf=${r.result}`),
          ];
          return [sourceIp, count, disposition, dkim, spf, results.join(' ')];
        },
      );
      expect(found).toEqual(rows);
      const said = diagnostics.map(({ code, params }) => {
        if (code === 'aggregate.namespace') return 'namespace';
        if (code === 'aggregate.result') return params.value;
        return code === 'aggregate.empty-element' ? `${params.element} empty` : params.element;
      });
      expect(said).toEqual(deviations);
    });
  });

if (!hasConformance)
  test(conformanceAbsent, () => {
    expect(hasConformance).toBe(false);
  });
