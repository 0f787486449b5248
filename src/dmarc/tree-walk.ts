import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { DnsAnswer } from '../dns/resolver.ts';
import type { DnsSession } from '../dns/session.ts';
import { unreachable } from '../environment.ts';
import type { Limits } from '../limits.ts';
import { labelCount, parentName } from '../names/domain-name.ts';
import { isDmarcRecord, parsePublishedDmarcRecord } from './parse.ts';
import type { DmarcRecord } from './record.ts';
import { diagnose } from './verdict-rules.ts';

// RFC 9989 §4.10 step 4: a walk that starts above this many labels jumps there, so that no walk asks more than eight names.
const LABELS_AFTER_JUMP = 7;
const MAX_NAME = 253;

/** What DNS said at one `_dmarc` name. */
export interface DmarcAnswer {
  /** Whose record it would be. */
  domain: string;
  /** The name that was asked. */
  name: string;
  status: DnsAnswer['status'];
  /** How many DMARC records there are; only a single one counts. */
  records: number;
  /** The single record. */
  text?: string;
  /** What the single record says, unless it is longer than `limits.recordBytes`. */
  record?: DmarcRecord;
  /** About the single record. */
  findings: Diagnostic[];
  /** About the answer. */
  diagnostics: Diagnostic[];
}

/** A DNS tree walk (RFC 9989 §4.10), from its start to where it stopped. */
export interface TreeWalk {
  start: string;
  steps: DmarcAnswer[];
  /** Whether every question up to the stop was answered. */
  complete: boolean;
}

/** The domains that a walk from this one looks at, longest first: at most eight. */
export function treeWalkDomains(start: string): string[] {
  const domains = [start];
  let next = parentName(start);
  for (let labels = labelCount(start) - 1; next !== undefined && labels > LABELS_AFTER_JUMP; labels--) {
    next = parentName(next);
  }
  for (; next !== undefined; next = parentName(next)) domains.push(next);
  return domains;
}

/** Walks from a domain towards the root. All names are known up front, so all are asked at once. */
export async function walkTree(start: string, session: DnsSession, limits: Readonly<Limits>): Promise<TreeWalk> {
  const asked = treeWalkDomains(start).map((domain) => ({ domain, answer: askForRecord(domain, session) }));
  const steps: DmarcAnswer[] = [];
  for (const { domain, answer } of asked) {
    const step = readAnswer(domain, await answer, limits);
    steps.push(step);
    // RFC 9989 §4.10 steps 2 and 6. What was asked beyond has no say: not even a failure there counts.
    if (step.record?.psd === 'n' || step.record?.psd === 'y') break;
  }
  return { start, steps, complete: steps.every((step) => step.status !== 'failure') };
}

/** Asks for the record of one domain. */
export function askForRecord(domain: string, session: DnsSession): Promise<DnsAnswer<'TXT'>> {
  const name = `_dmarc.${domain}`;
  // RFC 1035 §2.3.4: a name that is too long to be asked does not exist.
  if (name.length > MAX_NAME) return Promise.resolve({ name, type: 'TXT', status: 'nxdomain' });
  return session.query(name, 'TXT');
}

/** Finds the DMARC record in an answer: several at one name are as good as none (RFC 9989 §4.10 steps 2 and 6). */
export function readAnswer(domain: string, answer: DnsAnswer<'TXT'>, limits: Readonly<Limits>): DmarcAnswer {
  const { name, status } = answer;
  const read: DmarcAnswer = { domain, name, status, records: 0, findings: [], diagnostics: [] };
  switch (answer.status) {
    case 'answer':
      readRecords(read, answer.records, limits);
      return read;
    case 'nodata':
    case 'nxdomain':
      return read;
    case 'failure': {
      const { type, reason } = answer;
      return { ...read, diagnostics: [diagnose('dmarc.dns-failure', { type, name, reason }, { subject: name })] };
    }
    default:
      return unreachable(answer);
  }
}

function readRecords(read: DmarcAnswer, records: readonly { text: string }[], { recordBytes }: Readonly<Limits>): void {
  const { name } = read;
  const texts = records.map(({ text }) => text).filter(isDmarcRecord);
  read.records = texts.length;
  const [text] = texts;
  if (text === undefined) return;
  if (texts.length > 1) {
    read.diagnostics.push(diagnose('dmarc.multiple-records', { name, count: texts.length }, { subject: name }));
    return;
  }
  read.text = text.slice(0, recordBytes);
  if (text.length > recordBytes) {
    read.findings.push(diagnose('dmarc.record-too-large', { name, limit: recordBytes }, { subject: name }));
    return;
  }
  const { value, diagnostics } = parsePublishedDmarcRecord(text);
  if (value) read.record = value;
  for (const diagnostic of diagnostics) read.findings.push({ ...diagnostic, subject: name });
}
