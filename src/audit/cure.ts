import { parseBimiRecord } from '../bimi/parse.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { parseDkimKeyRecord } from '../dkim/key-record.ts';
import { parseDmarcRecord } from '../dmarc/parse.ts';
import { parseMtaStsRecord } from '../mta-sts/parse.ts';
import { parseSpfRecord } from '../spf/parse.ts';
import { parseTlsRptRecord } from '../tls-rpt/parse.ts';
import type { AuditArea } from './finding.ts';

/** What is wrong with a text, and what a cure of something else must not take away. */
interface Reading {
  diagnostics: readonly Diagnostic[];
  /** Figures that must not fall. */
  holds: readonly number[];
}

const POLICIES = ['none', 'quarantine', 'reject'];

/**
 * Whether a text is only better with the cure of a finding: it has no error that it did not have, and every report address,
 * policy and term that the finding is not about. A cure sees one place; of `p=reject rua=mailto:…` it would leave `p=reject`.
 */
export function isOnlyBetter(area: AuditArea, finding: Diagnostic, before: string, after: string): boolean {
  const old = read(area, before, finding);
  const now = read(area, after);
  const errors = now.diagnostics.filter(({ severity }) => severity === 'error');
  return (
    errors.every(({ code }) => count(now, code) <= count(old, code)) &&
    now.holds.every((held, i) => held >= old.holds[i]!)
  );
}

function count({ diagnostics }: Reading, code: string): number {
  return diagnostics.filter((one) => one.code === code).length;
}

/** As people mean it; a finding is about what it holds of its span. */
function read(area: AuditArea, text: string, { code, span }: Partial<Diagnostic> = {}): Reading {
  switch (area) {
    case 'dmarc': {
      const { value, diagnostics } = parseDmarcRecord(text);
      const { p, sp, np, t, rua = [], ruf = [], tags = [] } = value ?? {};
      const addresses = code?.startsWith('dmarc.uri') ? 0 : rua.length + ruf.length;
      // Where a semicolon is missing, the value that is wrong has the next tag in it.
      const own = code === undefined || code === 'dmarc.tag-value' ? tags.length : 0;
      return {
        diagnostics,
        // RFC 9989 §4.7: t=y takes every policy one step down.
        holds: [addresses, own, t === 'y' ? 0 : 1, ...[p, sp, np].map((policy = 'none') => POLICIES.indexOf(policy))],
      };
    }
    case 'spf': {
      const { value, diagnostics } = parseSpfRecord(text);
      const terms: readonly Diagnostic['span'][] = value?.terms.map((term) => term.span) ?? [];
      return { diagnostics, holds: [terms.filter((term) => !overlap(term, span)).length] };
    }
    case 'tls-rpt': {
      const { value, diagnostics } = parseTlsRptRecord(text);
      return { diagnostics, holds: [code?.startsWith('tls-rpt.uri') ? 0 : (value?.rua.length ?? 0)] };
    }
    default: {
      // No other area has texts.
      const parse = area === 'dkim' ? parseDkimKeyRecord : area === 'bimi' ? parseBimiRecord : parseMtaStsRecord;
      return { diagnostics: parse(text).diagnostics, holds: [] };
    }
  }
}

function overlap(a: Diagnostic['span'], b: Diagnostic['span']): boolean {
  return a !== undefined && b !== undefined && a.start < b.end && b.start < a.end;
}
