import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { DnsAnswer, RecordType, TxtData } from '../dns/resolver.ts';
import { unreachable } from '../environment.ts';
import type { Limits } from '../limits.ts';
import { asText } from '../text/bytes.ts';
import type { SpfRecordStatus } from './analysis.ts';
import { selectText } from './lookup.ts';
import { queryName, usesMacro, writeMacro } from './macro.ts';
import { MOST_HOSTS, mxHosts } from './mechanisms.ts';
import { isSpfRecord, parseSpfRecord } from './parse.ts';
import type { SpfMacroPart, SpfMacroString, SpfRecord, SpfTerm } from './record.ts';

// An analysis looks past the limits of evaluation, and anybody may publish a maze: these end it. The largest trees seen in
// the wild have some 60 records.
export const MOST_RECORDS = 200;
const MOST_QUESTIONS = 2000;
// More than a name may have.
const MOST_OCTETS = 255;

/** What is published at one domain. */
export interface PublishedRecord {
  status: SpfRecordStatus;
  text?: string;
  record?: SpfRecord;
  diagnostics: Diagnostic[];
}

/** Every answer that an analysis needs, by domain and by question. */
export interface SpfEvidence {
  /** The analyzed domain, which is also the domain of its senders. */
  root: string;
  records: Map<string, PublishedRecord>;
  answers: Map<string, DnsAnswer>;
  /** The budget that was not enough. */
  exceeded?: { limit: number; unit: 'records' | 'questions' };
}

/** Who answers: a session, which asks each question once. */
type Ask = <T extends RecordType>(name: string, type: T) => Promise<DnsAnswer<T>>;

interface Gathering {
  evidence: SpfEvidence;
  asked: Set<string>;
  ask: Ask;
  limits: Readonly<Limits>;
  /** The text that stands for the record of the root domain. */
  text: string | undefined;
}

/** Asks everything that the records of a domain and below it refer to; what can be asked is asked at once. */
export async function gatherEvidence(
  root: string,
  ask: Ask,
  limits: Readonly<Limits>,
  text?: string,
): Promise<SpfEvidence> {
  const evidence: SpfEvidence = { root, records: new Map(), answers: new Map() };
  const gathering: Gathering = { evidence, asked: new Set(), ask, limits, text };
  await gatherRecord(gathering, root);
  return evidence;
}

async function question<T extends RecordType>(g: Gathering, name: string, type: T): Promise<DnsAnswer<T> | undefined> {
  const { evidence, asked } = g;
  const key = `${type} ${name}`;
  if (!asked.has(key)) {
    if (asked.size >= MOST_QUESTIONS) {
      evidence.exceeded = { limit: MOST_QUESTIONS, unit: 'questions' };
      return undefined;
    }
    asked.add(key);
  }
  const answer = await g.ask(name, type);
  evidence.answers.set(key, answer as DnsAnswer);
  return answer;
}

async function gatherRecord(g: Gathering, domain: string): Promise<void> {
  const { records, root } = g.evidence;
  if (records.has(domain) || !domain.includes('.')) return;
  if (records.size >= MOST_RECORDS) {
    g.evidence.exceeded = { limit: MOST_RECORDS, unit: 'records' };
    return;
  }
  records.set(domain, { status: 'unknown', diagnostics: [] });
  const answer = g.text !== undefined && domain === root ? undefined : await question(g, domain, 'TXT');
  const published =
    g.text !== undefined && domain === root
      ? readText(domain, [{ text: g.text }], g.limits)
      : readAnswer(domain, answer, g.limits);
  records.set(domain, published);
  const terms = published.record?.terms ?? [];
  await Promise.all(usedTerms(terms).map((term) => gatherTerm(g, term, domain)));
}

function readAnswer(domain: string, answer: DnsAnswer<'TXT'> | undefined, limits: Readonly<Limits>): PublishedRecord {
  if (answer === undefined) return { status: 'not-followed', diagnostics: [] };
  switch (answer.status) {
    case 'answer':
      return readText(domain, answer.records, limits);
    case 'nodata':
      return readText(domain, [], limits);
    case 'nxdomain':
      return { ...readText(domain, [], limits), status: 'nxdomain' };
    case 'failure':
      return { status: 'unknown', diagnostics: [] };
    default:
      return unreachable(answer);
  }
}

function readText(domain: string, records: readonly TxtData[], { recordBytes }: Readonly<Limits>): PublishedRecord {
  const { text: octets, fault, diagnostics } = selectText(domain, records, recordBytes);
  const text = octets && asText(octets);
  if (text === undefined || fault !== undefined) {
    return { status: fault ?? 'no-record', ...(text !== undefined && { text }), diagnostics };
  }
  // Here nobody waits for a verdict: all findings count. Two of the parser's are told better with the tree in view.
  const parsed = parseSpfRecord(text);
  const found = parsed.diagnostics.filter(
    ({ code }) => code !== 'spf.lookup-limit-likely' && code !== 'spf.wide-range',
  );
  return {
    status: parsed.ok ? 'record' : 'syntax',
    text,
    ...(parsed.value !== undefined && { record: parsed.value }),
    diagnostics: found.map((finding) => ({ ...finding, subject: domain })),
  };
}

/** The terms that an evaluation can come to (RFC 7208 §5.1, §6.1). */
export function usedTerms(terms: readonly SpfTerm[]): SpfTerm[] {
  const all = terms.findIndex((term) => term.kind === 'directive' && term.mechanism === 'all');
  return terms.filter((term, i) =>
    term.kind === 'directive' ? all < 0 || i <= all : all < 0 && term.name === 'redirect',
  );
}

async function gatherTerm(g: Gathering, term: SpfTerm, domain: string): Promise<void> {
  const mechanism = term.kind === 'modifier' ? 'include' : term.mechanism;
  if (mechanism !== 'include' && mechanism !== 'a' && mechanism !== 'mx') return;
  const found = findStaticTarget(term.macro, domain, g.evidence.root);
  if (!('target' in found)) return;
  const { target } = found;
  if (mechanism === 'include') return gatherRecord(g, target);
  if (mechanism === 'a') return gatherAddresses(g, [target]);
  const answer = await question(g, target, 'MX');
  if (answer?.status === 'answer' && answer.records.length <= MOST_HOSTS) {
    await gatherAddresses(g, mxHosts(answer.records));
  }
}

async function gatherAddresses(g: Gathering, names: readonly string[]): Promise<void> {
  await Promise.all(names.flatMap((name) => [question(g, name, 'A'), question(g, name, 'AAAA')]));
}

/** All TXT texts at the root that are SPF records. */
export function publishedTexts({ root, answers }: SpfEvidence): string[] {
  const answer = answers.get(`TXT ${root}`) as DnsAnswer<'TXT'> | undefined;
  return answer?.status === 'answer' ? answer.records.map(({ text }) => asText(text)).filter(isSpfRecord) : [];
}

/**
 * The name that a domain-spec stands for, whoever sends: `%{d}` is the domain of the record and `%{o}` the analyzed one,
 * whose mail this is about; every other macro depends on the client or the sender.
 */
export function findStaticTarget(
  macro: SpfMacroString | undefined,
  domain: string,
  root: string,
): { target: string } | { dynamic: true } | { invalid: string } {
  if (macro === undefined) return { target: domain };
  if (usesMacro(macro.parts, 'slipvhcrt')) return { dynamic: true };
  const text = expandStatic(macro.parts, domain, root);
  const target = queryName(text);
  return target === undefined ? { invalid: text } : { target };
}

/** Expands `%{d}` and `%{o}`, from right to left, since of a longer text only the right-hand end is used. */
function expandStatic(parts: readonly SpfMacroPart[], domain: string, root: string): string {
  let text = '';
  for (let i = parts.length - 1; i >= 0 && text.length <= MOST_OCTETS; i--) {
    const part = parts[i]!;
    text = (part.kind === 'literal' ? part.text : writeMacro(part, part.letter === 'd' ? domain : root)) + text;
  }
  return text;
}
