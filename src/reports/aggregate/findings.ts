import type { Diagnostic, RuleParams, Span } from '../../diagnostics/diagnostic.ts';
import { type AggregateCode, type aggregateRules, diagnose } from './rules.ts';

/** Collects diagnostics; a report that repeats one fault a million times gets a few of them and their number. */
export interface Findings {
  add<Code extends AggregateCode>(code: Code, params: RuleParams<(typeof aggregateRules)[Code]>, span?: Span): void;
  list(): Diagnostic<AggregateCode>[];
}

const MOST_OF_A_KIND = 20;

export function createFindings(): Findings {
  const found: Diagnostic<AggregateCode>[] = [];
  const counts = new Map<AggregateCode, number>();
  return {
    add(code, params, span) {
      const count = (counts.get(code) ?? 0) + 1;
      counts.set(code, count);
      if (count <= MOST_OF_A_KIND)
        found.push(diagnose(code, params, span && { span: { start: span.start, end: span.end } }));
    },
    list() {
      const more = [...counts].filter(([, count]) => count > MOST_OF_A_KIND);
      return [
        ...found,
        ...more.map(([code, count]) => diagnose('aggregate.more', { count: count - MOST_OF_A_KIND, code })),
      ];
    },
  };
}
