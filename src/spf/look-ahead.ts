import type { TxtData } from '../dns/resolver.ts';
import { type SelectedRecord, selectRecord } from './lookup.ts';
import { expandName, type MacroScope, pointerQueryName, queryName, usesMacro } from './macro.ts';
import {
  addressType,
  MOST_HOSTS,
  matchesDirectly,
  mxHosts,
  needsLookup,
  pointerNames,
  preferredNames,
  type SpfCall,
} from './mechanisms.ts';
import type { SpfMacroString, SpfMechanismName, SpfRecord } from './record.ts';

// Time is DNS round trips. What later terms will ask for is asked before it is needed; what they mean is not decided here:
// verdict, trace and counts come from sequential evaluation alone, which asks the same session again.

/** The SPF record of a domain from its TXT records, read once however often it is needed. */
export function selectOnce(call: SpfCall, domain: string, answer: readonly TxtData[]): SelectedRecord {
  let selected = call.selected.get(domain);
  if (selected === undefined) {
    selected = selectRecord(domain, answer, call.budget.limits.recordBytes);
    call.selected.set(domain, selected);
  }
  return selected;
}

/**
 * Asks ahead for the terms of a record from index `from` on, up to the term that will match for certain or that the limit
 * will stop. `spent` is how many terms with lookups will have been used by then, at the least.
 */
export function lookAhead(call: SpfCall, record: SpfRecord, domain: string, from: number, spent: number): void {
  const { limits } = call.budget;
  if (limits.lookAhead === 0 || call.lookedAhead.has(domain)) return;
  call.lookedAhead.add(domain);
  let terms = spent;
  let redirect: SpfMacroString | undefined;
  for (let i = 0; i < record.terms.length; i++) {
    const term = record.terms[i]!;
    if (term.kind === 'modifier') {
      if (term.name === 'redirect') redirect = term.macro;
    } else if (i >= from) {
      if (!needsLookup(term.mechanism)) {
        if (matchesDirectly(call.subject, term)) return;
      } else {
        if (++terms > limits.spfTerms) return;
        askTerm(call, term.mechanism, term.macro, domain, terms);
      }
    }
  }
  if (redirect !== undefined && terms < limits.spfTerms) askTerm(call, 'include', redirect, domain, terms + 1);
}

function askTerm(
  call: SpfCall,
  mechanism: SpfMechanismName,
  macro: SpfMacroString | undefined,
  domain: string,
  spent: number,
): void {
  const { budget, subject } = call;
  const scope: MacroScope = { subject, domain };
  if (macro !== undefined && !subject.localPartIsAscii && usesMacro(macro.parts, 'sl')) return;
  if (macro !== undefined && usesMacro(macro.parts, 'p')) {
    askPointers(call, (records) => preferredNames(records, domain));
    return;
  }
  const target = macro === undefined ? domain : queryName(expandName(macro.parts, scope));
  if (target === undefined || (mechanism === 'include' && !target.includes('.'))) return;
  switch (mechanism) {
    case 'include':
      budget.askAhead(target, 'TXT', (records) => {
        const { record } = selectOnce(call, target, records);
        if (record !== undefined) lookAhead(call, record, target, 0, spent);
      });
      break;
    case 'mx':
      budget.askAhead(target, 'MX', (records) => {
        if (records.length <= MOST_HOSTS) askAddresses(call, mxHosts(records));
      });
      break;
    case 'ptr':
      askPointers(call, (records) => pointerNames(records, target));
      break;
    default:
      budget.askAhead(target, mechanism === 'exists' ? 'A' : addressType(subject));
  }
}

function askPointers(call: SpfCall, choose: (records: readonly string[]) => string[]): void {
  call.budget.askAhead(pointerQueryName(call.subject.ip), 'PTR', (records) => askAddresses(call, choose(records)));
}

function askAddresses({ budget, subject }: SpfCall, names: readonly string[]): void {
  for (const name of names) budget.askAhead(name, addressType(subject));
}
