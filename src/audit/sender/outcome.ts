import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import { isAtOrBelow } from '../../names/domain-name.ts';
import type { SenderAudit, SenderPath } from './audit.ts';
import type { CheckedPath } from './path.ts';
import { isStrict, type SenderPolicy } from './policy.ts';
import type { ResolvedSender } from './resolve.ts';
import { diagnose } from './rules.ts';

/** A path, and whether its domain is aligned with the author domain. */
export interface ComparedPath extends CheckedPath {
  aligned: 'yes' | 'no' | 'unknown';
}

/** What DMARC makes of the paths by the policy that DNS has now, and by one of p=reject. */
export function judgeOutcome(
  sender: ResolvedSender,
  compared: readonly ComparedPath[],
  policy: SenderPolicy,
): Pick<SenderAudit, 'paths' | 'dmarc' | 'atReject' | 'diagnostics'> {
  const dmarc = describeDmarc(compared, policy);
  const atReject = foretell(compared);
  return {
    paths: compared.map((path) => describePath(sender, path, policy)),
    dmarc,
    atReject,
    diagnostics: [
      ...policy.diagnostics.filter(({ severity }) => severity !== 'info'),
      ...findStrict(sender, compared, policy),
      ...(atReject.result === 'rejected' ? [judgeFailure(sender, dmarc, compared)] : []),
    ],
  };
}

function describePath(
  { author }: ResolvedSender,
  { path, domain: { text: domain }, selector, authenticated, why, aligned }: ComparedPath,
  { record }: SenderPolicy,
): SenderPath {
  const relation =
    domain === author
      ? `${author} is the author domain`
      : aligned === 'unknown'
        ? `whether ${domain} is aligned with ${author} is not known`
        : `${domain} is ${aligned === 'no' ? 'not ' : ''}aligned with ${author}${isStrict(path, record) ? ' in strict mode' : ''}`;
  return {
    path,
    domain,
    ...(selector !== undefined && { selector }),
    authenticated,
    aligned,
    reason: `${why}; ${relation}.`,
  };
}

/** RFC 9989 §5.3.5: one identifier that is authenticated and aligned is enough. */
function judgePaths(paths: readonly ComparedPath[]): 'pass' | 'fail' | 'unknown' {
  const open = paths.filter(({ authenticated, aligned }) => authenticated !== 'no' && aligned !== 'no');
  if (open.some(isPassing)) return 'pass';
  return open.length > 0 ? 'unknown' : 'fail';
}

function isPassing({ authenticated, aligned }: ComparedPath): boolean {
  return authenticated === 'yes' && aligned === 'yes';
}

function describeDmarc(
  compared: readonly ComparedPath[],
  { status, policyDomain, policy }: SenderPolicy,
): SenderAudit['dmarc'] {
  if (status !== 'found') return { result: status === 'unknown' ? status : 'none' };
  return {
    result: judgePaths(compared),
    ...(policyDomain !== undefined && { policyDomain }),
    ...(policy !== undefined && { policy }),
  };
}

function foretell(paths: readonly ComparedPath[]): SenderAudit['atReject'] {
  const result = judgePaths(paths);
  if (result === 'unknown') {
    return { result, reason: 'What passes and is aligned, if anything, depends on what is not known.' };
  }
  if (result === 'pass') {
    const names = new Set(
      paths.filter(isPassing).map(({ path, domain }) => `${path.toUpperCase()} for ${domain.text}`),
    );
    return { result: 'delivered', reason: `What passes and is aligned: ${[...names].join(', ')}.` };
  }
  const curable = paths.some(({ aligned, changes }) => aligned === 'yes' && changes.length > 0);
  const cure = curable ? '; with the changes it does' : '';
  return { result: 'rejected', reason: `Nothing passes and is aligned${cure}.` };
}

/** RFC 9989 §4.4: what relaxed alignment would accept and the record's strict one does not. */
function findStrict(
  { domain: customer, author }: ResolvedSender,
  compared: readonly ComparedPath[],
  { record }: SenderPolicy,
): Diagnostic[] {
  const found = compared.filter(
    ({ path, domain: { text }, aligned }) =>
      aligned === 'no' && isStrict(path, record) && (isAtOrBelow(text, customer) || isAtOrBelow(author, text)),
  );
  const seen = new Map(found.map(({ path, domain }) => [path + domain.text, { path, domain: domain.text }]));
  return [...seen.values()].map(({ path, domain }) =>
    diagnose('sender.strict-alignment', { tag: path === 'spf' ? 'aspf' : 'adkim', domain, author }),
  );
}

function judgeFailure(
  { name: sender, author: domain }: ResolvedSender,
  { result, policy = 'none' }: SenderAudit['dmarc'],
  compared: readonly ComparedPath[],
): Diagnostic {
  if (compared.every(({ own }) => own)) return diagnose('sender.never-aligned', { sender, domain });
  if (result === 'fail' && policy !== 'none') return diagnose('sender.policy-hit', { sender, domain, policy });
  return diagnose('sender.dmarc-fail', { sender, domain });
}
