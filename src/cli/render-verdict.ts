import type { ArcResult } from '../arc/result.ts';
import type { MessageVerdict } from '../authenticate/verdict.ts';
import { type Diagnostic, escapeControls } from '../diagnostics/diagnostic.ts';
import type { DkimResult } from '../dkim/result.ts';
import type { DmarcResult } from '../dmarc/result.ts';
import type { SpfResult, SpfTrace } from '../spf/result.ts';
import { type Paint, paintResult } from './output.ts';
import { arcReasons, dkimReasons, dmarcReasons, spfReasons } from './reasons.ts';

/** A verdict as a person wants to read it: what, why, and the record and place that decided. */
export function renderVerdict(verdict: MessageVerdict, paint: Paint): string {
  const { author, dmarc, spf, dkim, arc, diagnostics } = verdict;
  const lines = [`${paint.strong('Author')}  ${shown(author.address ?? author.domain ?? '(none)')}`, ''];
  lines.push(...renderDmarc(dmarc, paint), '');
  if (spf.mailFrom !== undefined) lines.push(...renderSpf('MAIL FROM', spf.mailFrom, paint), '');
  if (spf.helo !== undefined) lines.push(...renderSpf('HELO', spf.helo, paint), '');
  if (dkim.length === 0)
    lines.push(`${paint.strong('DKIM')}    ${paintResult(paint, 'none')}: the message has no signature`, '');
  for (const result of dkim) lines.push(...renderDkim(result, paint), '');
  if (arc !== undefined && arc.result !== 'none') lines.push(...renderArc(arc, paint), '');
  const findings = [diagnostics, dmarc.diagnostics, spf.mailFrom?.diagnostics ?? [], ...dkim.map((r) => r.diagnostics)];
  lines.push(...renderFindings([...findings.flat(), ...(arc?.diagnostics ?? [])], paint));
  while (lines.at(-1) === '') lines.pop();
  return lines.join('\n');
}

function shown(text: string): string {
  return escapeControls(text);
}

function because(reason: string | undefined): string {
  return reason === undefined ? '' : `: ${reason}`;
}

function renderDmarc(dmarc: DmarcResult, paint: Paint): string[] {
  const { result, reason, policy, policyDomain, alignments, walk, disposition } = dmarc;
  const lines = [`${paint.strong('DMARC')}   ${paintResult(paint, result)}${because(reason && dmarcReasons[reason])}`];
  for (const { method, domain, mode, aligned, result: checked } of alignments) {
    const mark = aligned ? paint.good('aligned') : paint.doubtful('not aligned');
    lines.push(`  ${method.padEnd(5)} ${paintResult(paint, checked)} ${shown(domain)} ${mark} (${mode})`);
  }
  if (policy !== undefined && policyDomain !== undefined) {
    const stepped = policy.effective === policy.published ? '' : `, stepped down to ${policy.effective} by t=y`;
    lines.push(`  policy ${policy.published} (${policy.source}=) of ${shown(policyDomain)}${stepped}`);
  }
  const selected = walk.find((step) => step.selected);
  if (selected?.record !== undefined) lines.push(`  ${paint.faint(`${selected.name}  ${shown(selected.record)}`)}`);
  if (result === 'fail')
    lines.push(`  on this result alone: ${disposition === 'none' ? 'deliver as usual' : disposition}`);
  return lines;
}

function renderSpf(identity: string, spf: SpfResult, paint: Paint): string[] {
  const { result, reason, domain, matched, explanation, lookups, trace } = spf;
  const why =
    matched === undefined
      ? because(reason && spfReasons[reason])
      : `: "${shown(matched.term)}" of ${shown(matched.domain)} matches`;
  const lines = [`${paint.strong('SPF')}     ${paintResult(paint, result)} for ${identity} ${shown(domain)}${why}`];
  lines.push(...renderTrace(trace, '  ', paint));
  if (explanation !== undefined) lines.push(`  the domain says: ${shown(explanation)}`);
  if (lookups.terms > 0) lines.push(`  ${paint.faint(`${lookups.terms} of 10 lookups, ${lookups.void} of 2 void`)}`);
  return lines;
}

function renderTrace(trace: SpfTrace, indent: string, paint: Paint): string[] {
  if (trace.record === undefined) return [];
  const lines = [`${indent}${paint.faint(`${shown(trace.domain)}  ${shown(trace.record)}`)}`];
  for (const [i, step] of trace.steps.entries()) {
    const last = i === trace.steps.length - 1;
    const outcome = step.outcome === 'match' ? paint.good(step.outcome) : paint.faint(step.outcome);
    lines.push(`${indent}${last ? '└─' : '├─'} ${shown(step.term)}  ${outcome}`);
    if (step.check !== undefined) lines.push(...renderTrace(step.check, `${indent}${last ? '   ' : '│  '}`, paint));
  }
  return lines;
}

function renderDkim(dkim: DkimResult, paint: Paint): string[] {
  const { result, reason, domain, selector, algorithm, keyBits, signedHeaders, bodyHash, signature, testing } = dkim;
  const who = domain === undefined ? '' : ` for ${shown(domain)}`;
  const lines = [
    `${paint.strong('DKIM')}    ${paintResult(paint, result)}${who}${because(reason && dkimReasons[reason])}`,
  ];
  const key = [algorithm, keyBits && `${keyBits} bits`, testing && 'in test mode'].filter(Boolean).join(', ');
  if (domain !== undefined && selector !== undefined)
    lines.push(`  key ${shown(`${selector}._domainkey.${domain}`)} (${shown(key)})`);
  if (bodyHash !== 'not-checked' || signature !== 'not-checked')
    lines.push(`  body hash ${bodyHash}, signature ${signature}`);
  if (signedHeaders.length > 0) lines.push(`  ${paint.faint(`signs ${shown(signedHeaders.join(', '))}`)}`);
  return lines;
}

/** Most messages were never passed on by anybody who says so. */
function renderArc({ result, reason, instances }: ArcResult, paint: Paint): string[] {
  const lines = [`${paint.strong('ARC')}     ${paintResult(paint, result)}${because(reason && arcReasons[reason])}`];
  for (const { instance, seal, ams } of instances) {
    const sealer = shown(seal?.domain ?? ams?.domain ?? '(nobody)');
    const parts = [seal && `seal ${seal.result}`, ams && `message signature ${ams.result}`].filter(Boolean).join(', ');
    lines.push(`  ${instance}  ${sealer}${parts && ` (${parts})`}`);
  }
  return lines;
}

function renderFindings(diagnostics: readonly Diagnostic[], paint: Paint): string[] {
  if (diagnostics.length === 0) return [];
  const lines = [paint.strong('Findings')];
  for (const { severity, code, message, subject, spec, fix } of diagnostics) {
    const word =
      severity === 'error' ? paint.bad(severity) : severity === 'warning' ? paint.doubtful(severity) : severity;
    const place = subject === undefined ? '' : ` [${shown(subject)}]`;
    lines.push(`  ${word} ${code}${place}: ${message} ${paint.faint(`(${spec.spec} §${spec.section})`)}`);
    if (fix !== undefined) lines.push(`    fix: ${shown(fix.description)}`);
  }
  return lines;
}
