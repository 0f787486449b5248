import { type Diagnostic, makeDiagnostic, type Parsed, type Rule, type Rules } from '../diagnostics/diagnostic.ts';
import { unreachable } from '../environment.ts';
import type { Limits } from '../limits.ts';
import { asText } from '../text/bytes.ts';
import type { TxtLookup } from './txt.ts';

type RecordFault = 'multiple-records' | 'record-too-large' | 'dns-failure';

/** The rules of a protocol about looking for its record. */
type LookupRules<Protocol extends string> = Rules & { readonly [code in `${Protocol}.${RecordFault}`]: Rule };

/** What a name holds of a protocol's record, as results tell it. */
export interface RecordFacts<T> {
  status: 'found' | 'none' | 'invalid' | 'unknown';
  reason?: RecordFault | 'record-syntax';
  text?: string;
  record?: T;
  /** Their subject is the name. */
  diagnostics: Diagnostic[];
}

/** Reads what came of looking for the record of a protocol. */
export function readLookup<T, Protocol extends string>(
  lookup: TxtLookup,
  protocol: Protocol,
  rules: LookupRules<Protocol>,
  parse: (text: string) => Parsed<T>,
  { recordBytes: limit }: Readonly<Limits>,
): RecordFacts<T> {
  const { name } = lookup;
  const place = { subject: name };
  const fail = (reason: RecordFault, params: { [name: string]: string | number }): RecordFacts<T> => ({
    status: reason === 'dns-failure' ? 'unknown' : 'invalid',
    reason,
    diagnostics: [makeDiagnostic<Rules, string>(rules, `${protocol}.${reason}`, { name, ...params }, place)],
  });
  switch (lookup.status) {
    case 'found':
    case 'none': {
      const text = lookup.status === 'found' ? asText(lookup.text) : findNear(lookup, parse);
      if (text === undefined) return { status: 'none', diagnostics: [] };
      const { ok, value, diagnostics } = parse(text);
      return {
        ...(ok ? { status: 'found' } : { status: 'invalid', reason: 'record-syntax' }),
        text,
        ...(value !== undefined && { record: value }),
        diagnostics: diagnostics.map((finding) => ({ ...finding, ...place })),
      };
    }
    case 'several':
      return fail('multiple-records', { count: lookup.count });
    case 'too-large':
      return fail('record-too-large', { limit });
    case 'failure':
      return fail('dns-failure', { reason: lookup.reason });
    default:
      return unreachable(lookup);
  }
}

/** A record that only nearly is one is as good as none to others, but its owner wants to know. */
export function findNear(lookup: TxtLookup, parse: (text: string) => Parsed<unknown>): string | undefined {
  return lookup.status === 'none'
    ? lookup.others.map(asText).find((text) => parse(text).value !== undefined)
    : undefined;
}
