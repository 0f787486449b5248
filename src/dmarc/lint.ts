import type { DmarcPolicy, DmarcRecord, DmarcTag } from './record.ts';
import { type Reading, report } from './scan.ts';

/** From the weakest to the strongest. */
export const POLICIES: readonly DmarcPolicy[] = ['none', 'quarantine', 'reject'];

/** Findings about practice: what is allowed, and hurts or puzzles somebody. */
export function lintRecord(reading: Reading, record: DmarcRecord): void {
  const [pct, , , , p, sp, np, , , t, psd, fo, rua, ruf] = reading.first;
  lintStrength(reading, record, sp, record.sp);
  lintStrength(reading, record, np, record.np);
  if (record.p === 'none' && p && !rua) report(reading, 'dmarc.no-reports', {}, p.span);
  if (record.t === 'y') report(reading, 'dmarc.testing', {}, t!.span);
  if (record.psd !== 'u') report(reading, 'dmarc.psd', { value: record.psd }, psd!.span);
  if (fo && !ruf) report(reading, 'dmarc.fo-without-ruf', {}, fo.span);
  // RFC 9989 §A.6: pct=0 was the one value that everybody understood alike, and became t=y.
  const { pct: value = 100 } = record;
  if (value < 100) report(reading, 'dmarc.percent', { value }, pct!.span, value || t ? undefined : 't=y');
}

function lintStrength(reading: Reading, { p: policy }: DmarcRecord, tag?: DmarcTag, value?: DmarcPolicy): void {
  if (tag && POLICIES.indexOf(value!) < POLICIES.indexOf(policy!)) {
    report(reading, 'dmarc.weaker-policy', { name: tag.name, value: value!, policy: policy! }, tag.span);
  }
}
