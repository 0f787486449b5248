import type { SpfAnalysis, SpfAnalyzedRecord } from '../../spf/analysis.ts';
import { parseSpfRecord } from '../../spf/parse.ts';
import { type AuditCase, evidenceAt, isOwn, raise, raiseAll, selectWorst } from '../case.ts';
import { publishText } from '../change.ts';
import { diagnose } from '../rules.ts';
import { findByHost, findSharedSenders } from '../sender/providers.ts';

/** Whether the record authorizes anybody; `undefined` where DNS did not tell. */
export function hasSenders({ tree, addresses, dynamic, complete }: SpfAnalysis): boolean | undefined {
  const { pass, dynamic: open } = addresses;
  const lists = [pass.ip4, pass.ip6, open.ip4, open.ip6];
  if (lists.some(({ length }) => length > 0) || dynamic.length > 0) return true;
  if (addresses.otherwise === 'pass' || addresses.otherwise === 'dynamic') return true;
  // A record that nobody can evaluate was still written for somebody.
  if (tree.status === 'syntax' || tree.status === 'multiple-records' || tree.status === 'record-too-large') return true;
  return complete ? false : undefined;
}

const TYPES = ['TXT', 'A', 'AAAA', 'MX'] as const;

/** Whether the record says that nobody sends mail (RFC 7208 §10.1.2). */
export function letsNobodySend(spf: SpfAnalysis): boolean {
  const { tree, complete, addresses } = spf;
  return tree.status === 'record' && complete && hasSenders(spf) === false && addresses.otherwise === 'fail';
}

// A tree of records has more to tell than one text.
const MOST_FINDINGS = 200;

/** Says what is wrong with SPF. */
export function judgeSpf(c: AuditCase): void {
  const { domain, spf, purpose } = c;
  const texts = new Map<string, string>();
  collectTexts(spf.tree, texts);
  const findings = [...spf.diagnostics, ...findSharedSenders(spf)];
  for (const diagnostic of selectWorst(findings, MOST_FINDINGS)) {
    const { code, severity, subject = domain, params } = diagnostic;
    // What is missing is told below, by what the domain is for.
    if (code === 'spf.no-record') continue;
    // That all customers of a sender may send is told of the include.
    if (code === 'spf.range-too-wide' && findByHost(subject) !== undefined) continue;
    // What is only worth knowing about the records of others, they know.
    if (severity === 'info' && !isOwn(c, subject)) continue;
    const text = texts.get(subject);
    const target = String(params.domain ?? params.name ?? '');
    const types = TYPES.filter((type) => (params.type ?? (target === subject ? undefined : type)) === type);
    raise(c, 'spf', diagnostic, {
      text: text === undefined ? undefined : { name: subject, text },
      questions: [...(text === undefined ? [[subject, 'TXT'] as const] : []), [target, ...types]],
    });
  }
  if (!c.exists) return;
  if (purpose === 'parked') judgeParkedSpf(c);
  else if (isMissing(spf)) judgeMissing(c);
}

function collectTexts({ domain, record, terms }: SpfAnalyzedRecord, texts: Map<string, string>): void {
  if (record !== undefined) texts.set(domain, record);
  for (const { check } of terms) if (check !== undefined) collectTexts(check, texts);
}

function isMissing({ tree }: SpfAnalysis): boolean {
  return tree.status === 'no-record' || tree.status === 'nxdomain';
}

/** A text that only nearly is a record is as good as none, but its owner wants to know. */
function judgeMissing(c: AuditCase): void {
  const { domain } = c;
  const near = evidenceAt(c.answers, domain, 'TXT').find(({ found }) => /^[^a-z]*v[^a-z]*spf/i.test(found));
  if (near !== undefined) {
    const findings = parseSpfRecord(near.found).diagnostics;
    raiseAll(c, 'spf', findings, domain, { name: domain, text: near.found });
    if (findings.some(({ severity }) => severity === 'error')) return;
  }
  raise(c, 'spf', diagnose('spf.missing', { domain }, domain));
}

/** RFC 7208 §10.1.2: the record of a domain that sends no mail lets nobody send. */
function judgeParkedSpf(c: AuditCase): void {
  const { domain, spf } = c;
  const { status, record } = spf.tree;
  if (status === 'unknown' || status === 'invalid-domain') return;
  if (letsNobodySend(spf)) return;
  const change = status === 'multiple-records' ? undefined : publishText(domain, 'v=spf1 -all', record);
  raise(c, 'spf', diagnose('audit.parked-spf', { domain }, domain), {
    change,
  });
}
