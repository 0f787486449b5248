import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { asciiLower } from '../text/characters.ts';
import type { DkimSignature } from './signature.ts';
import type { FieldIndex } from './signed-data.ts';
import { diagnose } from './verdict-rules.ts';

// RFC 6376 §5.4.1: the core of a message; software shows some one field of each, not always the one that is signed.
const CORE = ['From', 'Subject', 'To', 'Cc', 'Date', 'Reply-To', 'Content-Type', 'Message-ID'] as const;

/**
 * What a signature leaves open (RFC 6376 §8.2, §8.15): fields that occur more often than they are signed, core fields that
 * are not signed at all. `signed` are the lower-cased names of the fields that it covers.
 */
export function headerFindings(index: FieldIndex, signature: DkimSignature, signed: readonly string[]): Diagnostic[] {
  const findings: Diagnostic[] = [];
  const { h = [], l, tags } = signature;
  const span = tags.find(({ name }) => name === 'h')?.valueSpan;
  const place = span ? { subject: 'DKIM-Signature', span } : { subject: 'DKIM-Signature' };
  for (const name of CORE) {
    const field = name.toLowerCase();
    const present = index.get(field)?.length ?? 0;
    const covered = count(signed, field);
    if (covered > 0 && present > covered) {
      findings.push(diagnose('dkim.unsigned-duplicate', { name, present, signed: covered }, place));
    } else if (present > covered && field !== 'message-id' && !(field === 'content-type' && l !== undefined)) {
      findings.push(diagnose('dkim.unsigned-header', { name }, place));
    }
  }
  const present = index.get('from')?.length ?? 0;
  // Each mention covers one field, as long as there are fields.
  const covered = count(signed, 'from');
  if (present > covered) {
    findings.push(diagnose('dkim.header-count-mismatch', { signed: covered, present }, place));
  }
  if (l !== undefined && !h.some((name) => asciiLower(name) === 'content-type')) {
    findings.push(diagnose('dkim.unsigned-content-type', {}, place));
  }
  return findings;
}

function count(names: readonly string[], name: string): number {
  let total = 0;
  for (const one of names) if (one === name) total++;
  return total;
}
