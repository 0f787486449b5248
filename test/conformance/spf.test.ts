import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { memoryResolver, type Zone, type ZoneRecord, type ZoneRecordSet } from '../../src/resolvers/memory.ts';
import { evaluateSpf } from '../../src/spf/evaluate.ts';
import { conformanceAbsent, conformancePath, hasConformance } from '../support/conformance.ts';

// The OpenSPF test suite for RFC 7208 (release 2014.04): 203 cases of check_host() in 16 scenarios.

type SuiteRecord = 'TIMEOUT' | { [type: string]: string | string[] | [number, string] };

interface Scenario {
  description: string;
  tests: { [name: string]: SuiteCase };
  zonedata: { [name: string]: SuiteRecord[] };
}

interface SuiteCase {
  spec: string;
  helo: string;
  host: string;
  mailfrom: string;
  result: string | string[];
  explanation?: string;
}

const TYPES = ['A', 'AAAA', 'MX', 'PTR', 'TXT', 'CNAME'];

function zoneOf({ zonedata }: Scenario): Zone {
  return Object.fromEntries(Object.entries(zonedata).map(([name, records]) => [name, nodeOf(records)]));
}

function nodeOf(records: SuiteRecord[]): { [type: string]: ZoneRecordSet } {
  const sets: { [type: string]: ZoneRecordSet } = {};
  const add = (type: string, value: string | string[] | [number, string]) => {
    const record: ZoneRecord =
      type === 'MX' ? { preference: Number(value[0]), exchange: String(value[1]) } : (value as string | string[]);
    sets[type] = [...((sets[type] as ZoneRecord[] | undefined) ?? []), record];
  };
  const entries = records.flatMap((record) => (record === 'TIMEOUT' ? [] : Object.entries(record)));
  // A record of type SPF is served as TXT too, unless the name has TXT of its own; `TXT: NONE` says that it has none.
  const ownTxt = entries.some(([type]) => type === 'TXT');
  for (const [type, value] of entries) {
    if (type === 'SPF') {
      if (!ownTxt) add('TXT', value);
    } else if (value !== 'NONE') {
      add(type, value);
    }
  }
  // Where there is no record, the name server does not answer.
  if (records.includes('TIMEOUT')) for (const type of TYPES) sets[type] ??= { failure: 'timeout' };
  return sets;
}

if (!hasConformance) {
  test(conformanceAbsent, () => expect(hasConformance).toBe(false));
} else {
  const text = readFileSync(conformancePath('spf/rfc7208-tests.yml'), 'utf8');
  const documents = parseAllDocuments(text, { uniqueKeys: false });
  const scenarios = (documents as { toJS(): unknown }[]).map((document) => document.toJS() as Scenario);

  test('the suite is complete', () => {
    expect(scenarios).toHaveLength(16);
    expect(scenarios.flatMap(({ tests }) => Object.keys(tests))).toHaveLength(203);
  });

  describe.each(scenarios)('$description', (scenario) => {
    const resolver = memoryResolver(zoneOf(scenario));
    const cases = Object.entries(scenario.tests);
    test.each(cases)('%s', async (_, { helo, host, mailfrom, result, explanation }) => {
      const question = { ip: host, helo, mailFrom: mailfrom, receiver: 'mx.example.test' };
      const verdict = await evaluateSpf(question, { resolver });
      expect([result].flat()).toContain(verdict.result);
      // DEFAULT is the explanation of an implementation that has one of its own; we have none.
      if (explanation === 'DEFAULT') expect(verdict).not.toHaveProperty('explanation');
      else if (explanation !== undefined) expect(verdict.explanation).toBe(explanation);
      expect(await evaluateSpf(question, { resolver }, { limits: { lookAhead: 0 } })).toEqual(verdict);
    });
  });
}
