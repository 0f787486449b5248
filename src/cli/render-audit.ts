import type { DkimSelectorAudit, DomainAudit } from '../audit/audit.ts';
import type { AuditArea, AuditFinding, DomainChange } from '../audit/finding.ts';
import type { SenderAudit, SenderPath } from '../audit/sender/audit.ts';
import { escapeControls } from '../diagnostics/diagnostic.ts';
import { countFindings, renderFinding, worstFirst } from './findings.ts';
import { beside, counted, enumerated, table } from './layout.ts';
import type { Look, Paint } from './output.ts';
import { spfStatuses } from './reasons.ts';
import { renderCompliance } from './render-compliance.ts';

/** An audit as a person wants to read it: the verdict, what is published, the score, the rules, and what to change. */
export function renderAudit(audit: DomainAudit, look: Look): string {
  const { paint, width } = look;
  const { findings, score, compliance, senders } = audit;
  const sections = [
    renderVerdict(audit, look),
    section('Published', table(listPublished(audit), width), paint),
    section(`Score: ${describeScore(score)}`, table(listScore(audit, paint), width), paint),
    renderCompliance(compliance, look),
    ...senders.map((sender) => renderSender(sender, look)),
    ...groupByArea(findings).map(([area, found]) =>
      section(AREAS[area], separated(found.map((finding) => renderAuditFinding(finding, look))), paint),
    ),
  ];
  return separated(sections).join('\n');
}

const AREAS: { readonly [Area in AuditArea]: string } = {
  dmarc: 'DMARC',
  spf: 'SPF',
  dkim: 'DKIM',
  mx: 'MX',
  'mta-sts': 'MTA-STS',
  'tls-rpt': 'TLS-RPT',
  bimi: 'BIMI',
  dnssec: 'DNSSEC',
  sender: 'Senders',
};

function section(title: string, lines: readonly string[], paint: Paint): string[] {
  return lines.length === 0 ? [] : [paint.strong(title), '', ...lines];
}

/** Blocks of lines with an empty line between. */
function separated(blocks: readonly (readonly string[])[]): string[] {
  return blocks.filter((block) => block.length > 0).flatMap((block, i) => (i === 0 ? block : ['', ...block]));
}

function renderVerdict({ domain, purpose, complete, findings }: DomainAudit, { paint, width }: Look): string[] {
  const counts = countFindings(findings);
  const errors = findings.some(({ severity }) => severity === 'error');
  const doubts = findings.some(({ severity }) => severity === 'warning');
  const word = errors ? paint.bad('not in order') : doubts ? paint.doubtful('mostly in order') : paint.good('in order');
  const sentences = [`${word}${counts && `: ${counts}`}.`];
  if (purpose === 'parked') sentences.push('Judged as a parked domain, one that sends and receives no mail.');
  if (!complete) sentences.push('Not every question was answered: what depends on the rest is unknown.');
  return beside(`${paint.strong(domain)}  `, sentences.join(' '), width);
}

function listPublished({ dmarc, spf, dkim, mx, mtaSts, tlsRpt, bimi, dnssec, providers }: DomainAudit): string[][] {
  const rows = [
    ['DMARC', describeDmarc(dmarc)],
    ['SPF', spf.tree.record ?? spfStatuses[spf.tree.status]],
    ['DKIM', describeKeys(dkim)],
    [
      'MX',
      mx.status === 'hosts' ? mx.hosts.map((host) => `${host.preference} ${host.exchange}`).join(', ') : mx.status,
    ],
    ['MTA-STS', mtaSts.policy === undefined ? mtaSts.status : `${mtaSts.status}, mode ${mtaSts.policy.mode}`],
    ['TLS-RPT', tlsRpt.status],
    ['BIMI', bimi.status],
    ['DNSSEC', dnssec],
  ];
  if (providers.length > 0) rows.push(['Providers', providers.map(({ name }) => name).join(', ')]);
  return rows.map(([label = '', text = '']) => [label, escapeControls(text)]);
}

function describeDmarc({ status, text, policyDomain }: DomainAudit['dmarc']): string {
  if (text === undefined || status === 'found') return text ?? status;
  return status === 'inherited' ? `${text} of ${policyDomain}` : `${status}: ${text}`;
}

function describeKeys({ selectors, probed }: DomainAudit['dkim']): string {
  const keys = selectors.map(describeKey);
  const tried = probed > 0 ? `${counted(probed, 'well-known selector')} tried` : '';
  return [keys.join(', ') || 'no key found', tried].filter(Boolean).join('; ');
}

function describeKey({ selector, status, record, delegatedTo }: DkimSelectorAudit): string {
  const { keyType, keyBits } = record ?? {};
  const kind = keyType === 'rsa' ? `RSA ${keyBits}` : keyType === 'ed25519' ? 'Ed25519' : '';
  const words = [status === 'key' ? kind : status, delegatedTo && `by ${delegatedTo}`].filter(Boolean);
  return words.length === 0 ? selector : `${selector} (${words.join(', ')})`;
}

/** What is unknown costs nothing, so that the points are then the most that there can be. */
function describeScore({ points, of, parts }: DomainAudit['score']): string {
  const open = parts.filter((part) => part.open).map(({ area }) => AREAS[area]);
  if (open.length === 0) return `${points} of ${of}`;
  return `at most ${points} of ${of}; not all of ${enumerated(open)} could be looked up`;
}

function listScore({ score }: DomainAudit, paint: Paint): string[][] {
  return score.parts.flatMap(({ area, points, of, lost }) => {
    const head = [AREAS[area], `${points} of ${of}`];
    const reasons = lost.map((loss) => [
      `-${loss.points}`,
      `${escapeControls(loss.message)} ${paint.faint(`(${loss.code})`)}`,
    ]);
    const [first = ['', ''], ...rest] = reasons;
    return [[...head, ...first], ...rest.map((reason) => ['', '', ...reason])];
  });
}

/** Areas by the worst of their findings; where two are alike, in order of appearance. */
function groupByArea(findings: readonly AuditFinding[]): [AuditArea, AuditFinding[]][] {
  const groups = new Map<AuditArea, AuditFinding[]>();
  for (const finding of worstFirst(findings)) {
    const group = groups.get(finding.area);
    if (group === undefined) groups.set(finding.area, [finding]);
    else group.push(finding);
  }
  return [...groups];
}

function renderAuditFinding(finding: AuditFinding, { paint, width }: Look): string[] {
  const { change } = finding;
  return renderFinding(finding, paint, width, change && describeChange(change));
}

/** What to do, and the texts whole: they are there to be copied. */
function describeChange(change: DomainChange): string[] {
  switch (change.action) {
    case 'add':
      return ['Publish:', `  ${escapeControls(change.zoneLine)}`];
    case 'replace': {
      const { type, name, before, after } = change;
      return [
        `Change the ${type} record of ${name}`,
        `  from  ${escapeControls(before)}`,
        `  to    ${escapeControls(after)}`,
      ];
    }
    case 'remove':
      return [`Remove the ${change.type} record of ${change.name}:`, `  ${escapeControls(change.before)}`];
    default: {
      const lines = change.after.split(/\r?\n/).filter((line) => line !== '');
      return [`Serve at ${change.url}`, ...lines.map((line) => `  ${escapeControls(line)}`)];
    }
  }
}

function renderSender({ domain, sender, paths, dmarc, atReject, changes }: SenderAudit, look: Look): string[] {
  const { paint, width } = look;
  const now = dmarc.policy === undefined ? dmarc.result : `${dmarc.result}, policy ${dmarc.policy}`;
  const lines = table(
    [
      ...paths.map((path) => [path.path.toUpperCase(), describePath(path)]),
      ['DMARC', now],
      ['p=reject', `${atReject.result}: ${escapeControls(atReject.reason)}`],
    ],
    width,
  );
  const steps = changes.map((change, i) =>
    describeChange(change).map((line, j) => (j === 0 ? `  ${i + 1}. ${line}` : `     ${line}`)),
  );
  // Its findings are among those of the audit.
  return section(`${sender.name} for ${domain}`, separated([lines, ...steps]), paint);
}

const CERTAIN = { yes: '', no: 'not ', unknown: 'perhaps ' } as const;

function describePath({ domain, selector, authenticated, aligned, reason }: SenderPath): string {
  const who = selector === undefined ? domain : `${selector}._domainkey.${domain}`;
  const states = [`${CERTAIN[authenticated]}authenticated`, `${CERTAIN[aligned]}aligned`];
  return escapeControls(`${who}: ${enumerated(states)}. ${reason}`);
}
