import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import { isAtOrBelow } from '../../names/domain-name.ts';
import type { SpfAnalysis, SpfAnalyzedRecord } from '../../spf/analysis.ts';
import { parseSpfRecord } from '../../spf/parse.ts';
import { type AuditCase, evidenceAt, isOwn, raise, raiseAll, selectWorst } from '../case.ts';
import { asText, publishText } from '../change.ts';
import { diagnose } from '../rules.ts';
import { findSharedSenders } from '../sender/providers.ts';

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

// A tree of records has more to tell than one text.
const MOST_FINDINGS = 200;

/** Says what is wrong with SPF. */
export function judgeSpf(c: AuditCase): void {
  const { domain, spf, purpose } = c;
  const texts = new Map<string, string>();
  collectTexts(spf.tree, texts);
  const findings = [...readAsText(spf.diagnostics, texts), ...findSharedSenders(spf)];
  for (const diagnostic of selectWorst(findings, MOST_FINDINGS)) {
    const { code, severity, subject = domain, params } = diagnostic;
    // What is missing is told below, by what the domain is for.
    if (code === 'spf.no-record') continue;
    // What is only worth knowing about the records of others, they know.
    if (severity === 'info' && !isAtOrBelow(subject, domain) && !isOwn(c, subject)) continue;
    const text = texts.get(subject);
    const target = String(params.domain ?? params.name ?? '');
    raise(c, 'spf', diagnostic, {
      text: text === undefined ? undefined : { name: subject, text },
      questions: [
        ...(text === undefined ? [[subject, 'TXT'] as const] : []),
        ...(target === subject ? [] : (['TXT', 'A', 'AAAA', 'MX'] as const).map((type) => [target, type] as const)),
      ],
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

/** Texts become what people read of their octets, and findings point into them. */
function readAsText(diagnostics: readonly Diagnostic[], texts: Map<string, string>): readonly Diagnostic[] {
  let findings = diagnostics;
  for (const [name, octets] of texts) {
    const text = asText(octets);
    if (text === octets) continue;
    texts.set(name, text);
    const parser = parseSpfRecord(octets).diagnostics.map(({ code }) => code as string);
    const at = (offset: number) => asText(octets.slice(0, offset)).length;
    const others = findings.flatMap((finding) => {
      const { subject, span, code } = finding;
      if (subject !== name || span === undefined) return [finding];
      // What the parser found it says again, in other words.
      return parser.includes(code) ? [] : [{ ...finding, span: { start: at(span.start), end: at(span.end) } }];
    });
    findings = [...others, ...parseSpfRecord(text).diagnostics.map((finding) => ({ ...finding, subject: name }))];
  }
  return findings;
}

function isMissing({ tree }: SpfAnalysis): boolean {
  return tree.status === 'no-record' || tree.status === 'nxdomain';
}

/** A text that only nearly is a record is as good as none, but its owner wants to know. */
function judgeMissing(c: AuditCase): void {
  const { domain } = c;
  const near = evidenceAt(c.answers, domain, 'TXT').find(({ found }) => /^[^a-z]*v[^a-z]*spf/i.test(found));
  if (near !== undefined) {
    const findings = parseSpfRecord(near.found).diagnostics.map((finding) => ({ ...finding, subject: domain }));
    raiseAll(c, 'spf', findings, domain, { name: domain, text: near.found });
    if (findings.some(({ severity }) => severity === 'error')) return;
  }
  raise(c, 'spf', diagnose('spf.missing', { domain }, { subject: domain }), { questions: [[domain, 'TXT']] });
}

/** RFC 7208 §10.1.2: the record of a domain that sends no mail lets nobody send. */
function judgeParkedSpf(c: AuditCase): void {
  const { domain, spf } = c;
  const { status, record } = spf.tree;
  if (status === 'unknown' || status === 'invalid-domain') return;
  if (status === 'record' && spf.complete && hasSenders(spf) === false && spf.addresses.otherwise === 'fail') return;
  const change =
    status === 'multiple-records' ? undefined : publishText(domain, 'v=spf1 -all', record && asText(record));
  raise(c, 'spf', diagnose('audit.parked-spf', { domain }, { subject: domain }), {
    questions: [[domain, 'TXT']],
    change,
  });
}
