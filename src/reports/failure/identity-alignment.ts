import { asciiLower } from '../../text/characters.ts';
import { every, type FieldReading, only, readWord } from './fields.ts';
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
export function readIdentityAlignment(reading: FieldReading): IdentityAlignment | undefined {
  const value = only(reading, 'identity-alignment');
  if (value === undefined) return undefined;
  const { diagnostics } = reading;
  const words = value.split(',').map((word) => asciiLower(readWord(word)));
  const listed = words.filter((word) => word === 'dkim' || word === 'spf');
  if ((words.join() !== 'none' && listed.length < words.length) || new Set(listed).size < listed.length) {
    const expected = '"none", or a list of "dkim" and "spf"';
    diagnostics.push(diagnose('failure-report.field-value', { name: 'Identity-Alignment', expected, value }));
    return undefined;
  }
  const dmarc = dmarcResult(every(reading, 'authentication-results'));
  const settled = settleReading(listed.length, dmarc);
  if (settled === 'rfc7489') diagnostics.push(diagnose('failure-report.inverse-alignment', { value }));
  if (settled === undefined) diagnostics.push(diagnose('failure-report.uncertain-alignment', { value }));
  const { dkim, spf } = { dkim: outcome('dkim'), spf: outcome('spf') };
  return {
    listed,
    reading: settled ?? 'rfc9991',
    certain: settled !== undefined,
    ...(dkim && { dkim }),
    ...(spf && { spf }),
  };

  function outcome(method: 'dkim' | 'spf'): 'pass' | 'fail' | undefined {
    const inList = listed.includes(method);
    if (settled === 'rfc7489') return inList ? 'pass' : 'fail';
    if (inList) return 'fail';
    // A method that is not among the failures was not tried, where the message failed.
    return dmarc === 'fail' ? undefined : 'pass';
  }
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
