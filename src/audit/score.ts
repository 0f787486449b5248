import type { AuditScore, DomainAudit } from './audit.ts';
import type { AuditArea, AuditFinding } from './finding.ts';
import type { AuditCode } from './rules.ts';

// docs/audit.md argues the numbers.
const WEIGHTS: { readonly [purpose in DomainAudit['purpose']]: { readonly [area in AuditArea]?: number } } = {
  mail: { dmarc: 35, spf: 20, dkim: 20, mx: 10, 'mta-sts': 6, dnssec: 5, 'tls-rpt': 4 },
  parked: { dmarc: 50, spf: 35, mx: 15 },
};

/** What a finding takes of its area, in percent: by its severity, or of its own. */
const SHARES: { readonly [severity in AuditFinding['severity']]: number } = { error: 60, warning: 20, info: 0 };
const OWN_SHARES: { readonly [code in AuditCode | 'dmarc.acts-as-none' | 'spf.pass-all']?: number } = {
  'audit.parked-dmarc': 100,
  'audit.parked-mx': 100,
  'audit.parked-spf': 100,
  'dkim.missing': 100,
  'dmarc.acts-as-none': 40,
  'dmarc.policy-none': 40,
  'dnssec.unsigned': 100,
  'mta-sts.missing': 100,
  'spf.pass-all': 100,
  'tls-rpt.missing': 100,
};

// A question without an answer is nobody's fault, and says nothing about the domain.
const OPEN =
  /\.(dns-failure|not-found|probe-incomplete|host-limit|analysis-limit|policy-not-fetched|indicator-not-checked)$/;

/**
 * Counts what the findings cost. A code costs once, however often it was found, and no area more than it has.
 *
 * @param broken - the areas whose record is of no use to receivers, so that what is wrong costs all
 * @param open - areas of which something is unknown though no finding says so
 */
export function scoreFindings(
  purpose: DomainAudit['purpose'],
  findings: readonly AuditFinding[],
  broken: readonly AuditArea[],
  open: readonly AuditArea[],
): AuditScore {
  const parts = Object.entries(WEIGHTS[purpose]).map(([name, of]) => {
    const area = name as AuditArea;
    const lost: AuditScore['parts'][number]['lost'] = [];
    let points = of;
    for (const finding of findings) {
      const { code, message } = finding;
      // A domain that does not exist has nothing.
      if (finding.area !== area && code !== 'audit.no-domain') continue;
      const cost = Math.min(points, Math.round((of * shareOf(finding, broken)) / 100));
      if (cost === 0 || lost.some((other) => other.code === code)) continue;
      points -= cost;
      lost.push({ points: cost, code, message });
    }
    const isOpen = open.includes(area) || findings.some((finding) => finding.area === area && OPEN.test(finding.code));
    return { area, points, of, lost, ...(isOpen && { open: true as const }) };
  });
  return { points: parts.reduce((sum, { points }) => sum + points, 0), of: 100, parts };
}

function shareOf({ code, severity, area }: AuditFinding, broken: readonly AuditArea[]): number {
  if (OPEN.test(code)) return 0;
  if (code === 'audit.no-domain' || (severity !== 'info' && broken.includes(area))) return 100;
  return Object.hasOwn(OWN_SHARES, code) ? OWN_SHARES[code as AuditCode]! : SHARES[severity];
}
