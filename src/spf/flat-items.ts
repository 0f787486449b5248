import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { SpfAnalyzedRecord, SpfAnalyzedTerm } from './analysis.ts';
import { hasDynamic } from './analysis-findings.ts';
import { diagnose } from './analyze-rules.ts';
import { type Cells, cutCells, hasFault, paintRecord, passRanges } from './coverage.ts';
import { writeMacro } from './macro.ts';
import { parseSpfRecord } from './parse.ts';
import { type AddressRange, mergeRanges, networkRange } from './ranges.ts';

/** A term of the original tree whose addresses are copied. */
export interface FlatSource {
  domain: string;
  term: string;
  ranges: AddressRange[];
  /** The name whose owner may change them without telling. */
  copied?: string;
}

/** Addresses with one result. */
export interface NetworkItem {
  kind: 'networks';
  result: NonNullable<SpfAnalyzedTerm['result']>;
  /** Merged. */
  ranges: AddressRange[];
  sources: FlatSource[];
}

/** A piece of a flattened record: addresses, or a term that is kept. */
export type FlatItem = NetworkItem | { kind: 'term'; text: string; lookups: number };

interface Flattening {
  cells: Cells;
  /** The domain whose record is written: what `%{d}` will stand for. */
  root: string;
  keep: ReadonlySet<string>;
  items: FlatItem[];
  /** Domains that what is kept refers to: no new record may stand there. */
  taken: Set<string>;
  diagnostics: Diagnostic[];
}

/** The items of a record in the order of evaluation. */
export function flattenTree(
  tree: SpfAnalyzedRecord,
  keep: ReadonlySet<string>,
  diagnostics: Diagnostic[],
): { items: FlatItem[]; taken: ReadonlySet<string> } {
  const { domain: root } = tree;
  const flattening: Flattening = { cells: cutCells(tree), root, keep, items: [], taken: new Set(), diagnostics };
  flattenRecord(flattening, tree);
  return flattening;
}

/** A record whose own result counts: that of the domain, or where its redirect leads (RFC 7208 §6.1). */
function flattenRecord(f: Flattening, record: SpfAnalyzedRecord): void {
  for (const term of record.terms) {
    if (term.result === undefined || term.state === 'unused') continue;
    if (term.kind === 'all') f.items.push({ kind: 'term', text: term.term, lookups: 0 });
    else if (term.check !== undefined) flattenInclude(f, term, term.check, record.domain);
    // RFC 7208 §4.8: a name that is none matches nothing.
    else if (term.state === 'invalid-target' && term.kind !== 'include') continue;
    else if (term.state !== 'static') keepTerm(f, term, record.domain);
    else addNetworks(f.items, term.result, [sourceOf(term, record.domain, f.root)]);
  }
  const redirect = term(record, 'redirect');
  const target = redirect?.check;
  const inlined = target?.status === 'record' && !f.keep.has(target.domain) && canInline(f, target);
  // RFC 7208 §6.2: after a redirect the explanation is that of the other record.
  if (!inlined) keepModifiers(f, record);
  if (redirect === undefined) return;
  if (inlined) flattenRecord(f, target);
  else keepTerm(f, redirect, record.domain);
}

function term({ terms }: SpfAnalyzedRecord, kind: SpfAnalyzedTerm['kind']): SpfAnalyzedTerm | undefined {
  return terms.find((one) => one.kind === kind && one.state !== 'unused');
}

/** Whether every term that has to be kept means the same in the record of the domain. */
function canInline(f: Flattening, { domain, terms }: SpfAnalyzedRecord): boolean {
  return terms.every(
    (one) => one.state === 'unused' || one.state === 'static' || rewrite(one, domain, f.root) !== undefined,
  );
}

/** `exp=` and unknown modifiers cost nothing and stay. */
function keepModifiers(f: Flattening, { domain, terms }: SpfAnalyzedRecord): void {
  for (const one of terms) {
    if (one.kind !== 'modifier') continue;
    const text = rewrite(one, domain, f.root);
    if (text !== undefined) f.items.push({ kind: 'term', text, lookups: 0 });
  }
}

const REASONS = {
  static: 'it is asked for',
  dynamic: 'it depends on the client or the sender',
  unknown: 'DNS does not answer for now',
  'invalid-target': 'it makes evaluation fail',
  'mx-limit': 'it makes evaluation fail',
  unused: '',
} as const;

function keepTerm(f: Flattening, one: SpfAnalyzedTerm, domain: string, reason?: string): void {
  const text = rewrite(one, domain, f.root) ?? one.term;
  f.items.push({ kind: 'term', text, lookups: one.lookups });
  if (one.check !== undefined) collectDomains(one.check, f.taken);
  const params = { term: one.term, reason: reason ?? REASONS[one.state] };
  f.diagnostics.push(diagnose('spf.flatten-kept', params, { span: one.span, subject: domain }));
}

function collectDomains({ domain, terms }: SpfAnalyzedRecord, domains: Set<string>): void {
  domains.add(domain);
  for (const { check } of terms) if (check !== undefined) collectDomains(check, domains);
}

function flattenInclude(f: Flattening, include: SpfAnalyzedTerm, check: SpfAnalyzedRecord, domain: string): void {
  const results = paintRecord(f.cells, check);
  const isFaulty = hasFault(results);
  const lifted = f.keep.has(check.domain) || isFaulty ? undefined : liftDynamic(f, check, false);
  if (lifted === undefined) {
    const reason = isFaulty ? 'not every address has a result in it' : 'what it depends on cannot be taken out of it';
    keepTerm(f, include, domain, f.keep.has(check.domain) ? REASONS.static : reason);
    return;
  }
  addNetworks(f.items, include.result!, sourcesIn(check), passRanges(f.cells, results));
  for (const { one, text } of lifted) {
    const qualifier = /^[-~?]/.exec(include.term)?.[0] ?? '';
    f.items.push({ kind: 'term', text: qualifier + text, lookups: one.cost });
    const params = { term: one.term, reason: REASONS.dynamic };
    f.diagnostics.push(diagnose('spf.flatten-kept', params, { subject: domain }));
  }
}

/**
 * The dynamic terms of an included record, to stand beside its addresses: a match of either is a match of the include.
 * That holds while nothing before them decides against an address, and where they cannot fail; else `undefined`.
 */
function liftDynamic(
  f: Flattening,
  { domain, terms }: SpfAnalyzedRecord,
  blockedBefore: boolean,
): { one: SpfAnalyzedTerm; text: string }[] | undefined {
  const lifted: { one: SpfAnalyzedTerm; text: string }[] = [];
  let blocked = blockedBefore;
  // RFC 7208 §6.1: a redirect comes last.
  const isRedirect = ({ kind }: SpfAnalyzedTerm) => kind === 'redirect';
  const inOrder = [...terms.filter((one) => !isRedirect(one)), ...terms.filter(isRedirect)];
  for (const one of inOrder) {
    if (one.state === 'unused' || one.kind === 'all') continue;
    const passes = one.result === 'pass' || isRedirect(one);
    if (one.check !== undefined && hasDynamic(one.check)) {
      // RFC 7208 §5.2: where the other record says no, an include does not match, and nothing is decided.
      const below = passes ? liftDynamic(f, one.check, blocked) : undefined;
      if (below === undefined) return undefined;
      lifted.push(...below);
    } else if (one.state === 'dynamic') {
      const text = rewrite(one, domain, f.root)?.replace(/^\+/, '');
      const isSafe = one.kind === 'exists' || one.kind === 'ptr' || one.kind === 'a';
      if (blocked || !isSafe || one.result !== 'pass' || text === undefined) return undefined;
      lifted.push({ one, text });
    } else if (!passes) {
      blocked = true;
    }
  }
  return lifted;
}

/** Adds addresses; what follows with the same result joins them. */
function addNetworks(
  items: FlatItem[],
  result: NetworkItem['result'],
  sources: FlatSource[],
  ranges: readonly AddressRange[] = sources.flatMap((source) => source.ranges),
): void {
  if (ranges.length === 0) return;
  const last = items.at(-1);
  if (last?.kind !== 'networks' || last.result !== result) {
    items.push({ kind: 'networks', result, ranges: mergeRanges(ranges), sources });
    return;
  }
  last.ranges = mergeRanges([...last.ranges, ...ranges]);
  last.sources.push(...sources);
}

function sourceOf({ term: text, kind, target, networks }: SpfAnalyzedTerm, domain: string, root: string): FlatSource {
  const ranges = networks.flatMap((network) => networkRange(network) ?? []);
  const copied = kind === 'a' || kind === 'mx' ? target : domain === root ? undefined : domain;
  return { domain, term: text, ranges, ...(copied !== undefined && { copied }) };
}

/** The terms of an included record and below it that can make it match. */
function sourcesIn({ domain, terms }: SpfAnalyzedRecord): FlatSource[] {
  return terms.flatMap((one) => {
    if (one.check !== undefined) return one.result === 'pass' || one.kind === 'redirect' ? sourcesIn(one.check) : [];
    return one.result === 'pass' && one.networks.length > 0 ? [sourceOf(one, domain, '')] : [];
  });
}

/**
 * The term as it has to be written in the record of `root` to mean what it means in the record of `domain`; `undefined`
 * where it cannot: `%{p}` prefers names below the domain of the record (RFC 7208 §7.3).
 */
function rewrite({ term: text }: SpfAnalyzedTerm, domain: string, root: string): string | undefined {
  if (domain === root) return text;
  const start = 'v=spf1 '.length;
  const parsed = parseSpfRecord(`v=spf1 ${text}`).value?.terms[0];
  if (parsed === undefined) return undefined;
  const { macro } = parsed;
  if (macro === undefined) {
    const name = /^[-+~?]?[a-z\d]+/i.exec(text)![0];
    // Without a domain-spec the domain of the record is meant.
    return `${name}:${domain}${text.slice(name.length)}`;
  }
  let value = '';
  for (const part of macro.parts) {
    if (part.kind === 'macro' && part.letter === 'p') return undefined;
    value +=
      part.kind === 'macro' && part.letter === 'd'
        ? writeMacro(part, domain).replaceAll('%', '%%').replaceAll(' ', '%_')
        : text.slice(part.span.start - start, part.span.end - start);
  }
  return text.slice(0, macro.span.start - start) + value + text.slice(macro.span.end - start);
}
