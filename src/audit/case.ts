import type { Diagnostic, Severity } from '../diagnostics/diagnostic.ts';
import type { DnsAnswer, RecordType } from '../dns/resolver.ts';
import { unreachable } from '../environment.ts';
import { isAtOrBelow } from '../names/domain-name.ts';
import { asText } from '../text/bytes.ts';
import type { DmarcAudit, DomainAudit } from './audit.ts';
import { applyCure, publishText } from './change.ts';
import { isOnlyBetter } from './cure.ts';
import type { AuditArea, AuditEvidence, AuditFinding, DomainChange } from './finding.ts';
import { recordText } from './inquiry.ts';

export const SEVERITIES: readonly Severity[] = ['error', 'warning', 'info'];

/** What was found out about a domain, for those who judge it, and what they found. */
export interface AuditCase extends Pick<DomainAudit, 'domain' | 'purpose' | 'mx' | 'spf' | 'dkim' | 'mtaSts'> {
  dmarc: DmarcAudit;
  /** Whether the domain is a name in DNS; where that is not known, it is taken to be. */
  exists: boolean;
  /** Whether what it is for rests on questions without an answer: then it may as well be parked. */
  isOpen: boolean;
  answers: ReadonlyMap<string, DnsAnswer>;
  findings: AuditFinding[];
}

/** A record or a file that findings point into. */
export interface AuditText {
  /** The name of the record; of a file, that of the record that leads to it. */
  name: string;
  text: string;
  /** Where the file is. */
  url?: string;
}

/** What a finding rests on, and what cures it. */
export interface Ground {
  /** The text that its span points into. */
  text?: AuditText | undefined;
  /** The questions whose answers it rests on: of each name, the types. By default the text, or what is at the subject. */
  questions?: readonly (readonly [name: string, ...types: RecordType[]])[];
  change?: DomainChange | undefined;
}

// Whoever wants all records of a name finds them in the audit; and of one text, nobody reads more findings.
const MOST_EVIDENCE = 10;
const MOST_FINDINGS = 50;

/** The findings about a text that are told: of more than anybody reads, the worst. */
export function selectWorst(diagnostics: readonly Diagnostic[], most: number = MOST_FINDINGS): readonly Diagnostic[] {
  if (diagnostics.length <= most) return diagnostics;
  return SEVERITIES.flatMap((word) => diagnostics.filter(({ severity }) => severity === word)).slice(0, most);
}

/** Adds a finding with its evidence, and the change that cures it. */
export function raise(c: AuditCase, area: AuditArea, diagnostic: Diagnostic, ground: Ground = {}): void {
  const { text, change = cureOf(c, area, diagnostic, text) } = ground;
  if (c.findings.some((other) => isSame(other, diagnostic, area))) return;
  const isRecord = text !== undefined && text.url === undefined;
  const asked = [diagnostic.subject ?? '', area === 'mx' ? 'MX' : 'TXT'] as const;
  const { questions = isRecord ? [] : [asked] } = ground;
  const evidence: AuditEvidence[] = isRecord ? [{ name: text.name, type: 'TXT', found: asText(text.text) }] : [];
  for (const [name, ...types] of questions) {
    evidence.push(...types.flatMap((type) => evidenceAt(c.answers, name, type)));
  }
  c.findings.push({
    ...diagnostic,
    area,
    evidence: evidence.slice(0, MOST_EVIDENCE),
    ...(change && isPossible(c, change) && { change }),
  });
}

/** RFC 1034 §3.6.2: where an alias is there is nothing else, and its records are elsewhere, where somebody publishes them. */
function isPossible({ answers }: AuditCase, change: DomainChange): boolean {
  if (change.action === 'serve' || change.type === 'CNAME') return true;
  const { name, type } = change;
  const isTold = (answers.get(`${type} ${name}`)?.cnames ?? []).length > 0;
  return !isTold && answers.get(`CNAME ${name}`)?.status !== 'answer';
}

/** Lookups of several areas may ask the same question. */
function isSame(a: AuditFinding, b: Diagnostic, area: AuditArea): boolean {
  return (
    a.area === area &&
    a.code === b.code &&
    a.message === b.message &&
    a.subject === b.subject &&
    a.span?.start === b.span?.start
  );
}

/** What DNS said to a question; empty where it was not asked. */
export function evidenceAt(answers: AuditCase['answers'], name: string, type: RecordType): AuditEvidence[] {
  const answer = answers.get(`${type} ${name}`);
  if (answer === undefined) return [];
  switch (answer.status) {
    case 'answer':
      return answer.records.map((data) => ({ name, type, found: recordText(data) }));
    case 'nodata':
    case 'nxdomain':
      return [{ name, type, found: answer.status }];
    case 'failure':
      return [{ name, type, found: answer.reason }];
    default:
      return unreachable(answer);
  }
}

/** Whether a name is one of the owner of the domain. */
export function isOwn({ domain, dmarc }: AuditCase, name: string): boolean {
  return isAtOrBelow(name, dmarc.organizationalDomain ?? domain);
}

function cureOf(
  c: AuditCase,
  area: AuditArea,
  diagnostic: Diagnostic,
  text: AuditText | undefined,
): DomainChange | undefined {
  if (text === undefined || !isOwn(c, text.name)) return undefined;
  const after = applyCure(text.text, diagnostic);
  if (after === undefined || after === text.text) return undefined;
  return text.url === undefined && !isOnlyBetter(area, diagnostic, asText(text.text), after)
    ? undefined
    : replace(text, after);
}

/** The change that puts another text in the place of a record or a file. */
export function replace({ name, text, url }: AuditText, after: string): DomainChange {
  return url === undefined ? publishText(name, after, asText(text)) : { action: 'serve', url, before: text, after };
}

/** Adds findings about a name: about the one of the texts that is their subject, or about what the name answered. */
export function raiseAll(
  c: AuditCase,
  area: AuditArea,
  diagnostics: readonly Diagnostic[],
  name: string,
  ...texts: readonly (AuditText | undefined)[]
): void {
  for (const found of selectWorst(diagnostics)) {
    const diagnostic = { subject: name, ...found };
    const text = texts.find((one) => one && (one.url ?? one.name) === diagnostic.subject);
    raise(c, area, diagnostic, { text, ...(text?.name !== diagnostic.subject && { questions: [[name, 'TXT']] }) });
  }
}
