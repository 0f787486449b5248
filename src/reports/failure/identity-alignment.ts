import { asciiLower } from '../../text/characters.ts';
import { type ReportField, readWord, refuse } from './fields.ts';
import type { IdentityAlignment } from './report.ts';
import { diagnose } from './rules.ts';

/**
 * Reads Identity-Alignment, which two specifications define in opposite ways.
 *
 * ```
 * id-align     = "Identity-Alignment:" [CFWS] ( "none" / dmarc-method *( [CFWS] "," [CFWS] dmarc-method ) ) [CFWS]
 * dmarc-method = ( "dkim" / "spf" )                          ; each may appear at most once
 * ```
 */
export function readIdentityAlignment(
  field: ReportField,
  authenticationResults: readonly string[],
): IdentityAlignment | undefined {
  const { value, diagnostics } = field;
  const words = value.split(',').map((word) => asciiLower(readWord({ value: word })));
  const listed = words.filter((word) => word === 'dkim' || word === 'spf');
  if ((words.join() !== 'none' && listed.length < words.length) || new Set(listed).size < listed.length) {
    return refuse(field, '"none", or a list of "dkim" and "spf"');
  }
  const dmarc = dmarcResult(authenticationResults);
  const settled = settleReading(listed.length, dmarc);
  if (settled === 'rfc7489') diagnostics.push(diagnose('failure-report.inverse-alignment', { value }));
  if (settled === undefined) diagnostics.push(diagnose('failure-report.uncertain-alignment', { value }));
  const alignment: IdentityAlignment = { listed, reading: settled ?? 'rfc9991', certain: settled !== undefined };
  for (const method of ['dkim', 'spf'] as const) {
    const inList = listed.includes(method);
    if (settled === 'rfc7489') alignment[method] = inList ? 'pass' : 'fail';
    else if (inList) alignment[method] = 'fail';
    // A method that is not among the failures was not tried, where the message failed.
    else if (dmarc !== 'fail') alignment[method] = 'pass';
  }
  return alignment;
}

/** DMARC passes if one aligned method does: of the two readings of a list, the result mostly leaves one. */
function settleReading(listed: number, dmarc: 'pass' | 'fail' | undefined): IdentityAlignment['reading'] | undefined {
  // A message that failed has no aligned method: RFC 7489 writes "none", RFC 9991 at least one.
  if (dmarc === 'fail') return listed === 0 ? 'rfc7489' : 'rfc9991';
  // A message that passed has one: RFC 9991 cannot list both.
  if (dmarc === 'pass' && listed !== 1) return listed === 2 ? 'rfc7489' : 'rfc9991';
  return undefined;
}

function dmarcResult(fields: readonly string[]): 'pass' | 'fail' | undefined {
  for (const field of fields) {
    const [, result] = /(?:^|[; \t])dmarc[ \t]{0,9}=[ \t]{0,9}(pass|fail)\b/i.exec(field) ?? [];
    if (result !== undefined) return asciiLower(result) as 'pass' | 'fail';
  }
  return undefined;
}
