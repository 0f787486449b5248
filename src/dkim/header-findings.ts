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
  const mentioned = (signature.h ?? []).map(asciiLower);
  const span = signature.tags.find(({ name }) => name === 'h')?.valueSpan;
  const place = { subject: 'DKIM-Signature', ...(span && { span }) };
  for (const name of CORE) {
    const field = name.toLowerCase();
    const present = index.get(field)?.length ?? 0;
    const covered = count(signed, field);
    if (covered > 0 && present > covered) {
      findings.push(diagnose('dkim.unsigned-duplicate', { name, present, signed: covered }, place));
    } else if (
      present > covered &&
      field !== 'message-id' &&
      !(field === 'content-type' && signature.l !== undefined)
    ) {
      findings.push(diagnose('dkim.unsigned-header', { name }, place));
    }
  }
  const from = index.get('from')?.length ?? 0;
  const fromMentions = count(mentioned, 'from');
  if (from > fromMentions) {
    findings.push(diagnose('dkim.header-count-mismatch', { signed: fromMentions, present: from }, place));
  }
  if (signature.l !== undefined && !mentioned.includes('content-type')) {
    findings.push(diagnose('dkim.unsigned-content-type', {}, place));
  }
  return findings;
}

function count(names: readonly string[], name: string): number {
  let total = 0;
  for (const one of names) if (one === name) total++;
  return total;
}
