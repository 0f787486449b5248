import type { BulkProvider, ComplianceRow } from '../audit/compliance/row.ts';
import { beside, table } from './layout.ts';
import type { Look, Paint } from './output.ts';

const PROVIDERS: readonly (readonly [provider: BulkProvider, name: string])[] = [
  ['gmail', 'Gmail'],
  ['yahoo', 'Yahoo'],
  ['microsoft', 'Microsoft'],
];

/** The rules for bulk senders as a table, and below it why each that is not met is not. */
export function renderCompliance(rows: readonly ComplianceRow[], look: Look): string[] {
  const { paint, width } = look;
  if (rows.length === 0) return [];
  const rules = [...new Set(rows.map(({ rule }) => rule))];
  const cells = rules.map((rule) => [rule, ...PROVIDERS.map(([provider]) => cell(rows, rule, provider, paint)), '']);
  const lines = [
    paint.strong('Rules for bulk senders'),
    '',
    ...table([['', ...PROVIDERS.map(([, name]) => name), ''], ...cells], width),
  ];
  if (rows.some(({ level }) => level === 'recommended'))
    lines.push('', paint.faint('  In parentheses: recommended, not required.'));
  const reasons = explain(rows, look);
  return reasons.length === 0 ? lines : [...lines, '', ...reasons];
}

function cell(rows: readonly ComplianceRow[], rule: string, provider: BulkProvider, paint: Paint): string {
  const row = rows.find((one) => one.rule === rule && one.provider === provider);
  if (row === undefined) return '-';
  const required = row.level === 'required';
  const word = row.result === 'not-met' ? 'not met' : row.result;
  const text = required ? word : `(${word})`;
  if (row.result === 'met') return paint.good(text);
  if (row.result === 'unknown') return paint.faint(text);
  return required ? paint.bad(text) : paint.doubtful(text);
}

/** Rows of one result that say the same. */
interface Reason {
  rules: Set<string>;
  providers: Set<string>;
  text: string;
}

function groupRows(
  rows: readonly ComplianceRow[],
  result: ComplianceRow['result'],
  textOf: (row: ComplianceRow) => string,
): Reason[] {
  const reasons = new Map<string, Reason>();
  for (const row of rows) {
    if (row.result !== result) continue;
    const text = textOf(row);
    const reason = reasons.get(text) ?? { rules: new Set(), providers: new Set(), text };
    reason.rules.add(row.rule);
    reason.providers.add(PROVIDERS.find(([provider]) => provider === row.provider)?.[1] ?? row.provider);
    reasons.set(text, reason);
  }
  return [...reasons.values()];
}

/** Why what is not met is not, and what it would take to know the rest. */
function explain(rows: readonly ComplianceRow[], { paint, width }: Look): string[] {
  const unmet = groupRows(rows, 'not-met', ({ requirement, evidence }) => `${requirement} ${evidence}`);
  const open = groupRows(rows, 'unknown', ({ evidence }) => evidence);
  return [
    ...unmet.flatMap(({ rules, providers, text }) =>
      beside(
        `  ${paint.doubtful('not met')}  `,
        `${[...rules].join(', ')} (${[...providers].join(', ')}): ${text}`,
        width,
      ),
    ),
    ...open.flatMap(({ rules, text }) =>
      beside(`  ${paint.faint('unknown')}  `, `${[...rules].join(', ')}: ${text}`, width),
    ),
  ];
}
