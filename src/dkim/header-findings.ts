import type { Diagnostic, Span } from '../diagnostics/diagnostic.ts';
import { asciiLower } from '../text/characters.ts';
import type { DkimSignature } from './signature.ts';
import type { FieldIndex } from './signed-data.ts';
import { diagnose } from './verdict-rules.ts';

/** Where a finding belongs that is about a tag of a signature; without the tag, or of one that is not there, the field. */
export function placeOfTag({ tags }: DkimSignature, tag?: string): { subject: string; span?: Span } {
  const span = tags.find(({ name }) => name === tag)?.valueSpan;
  const subject = 'DKIM-Signature';
  return span ? { subject, span } : { subject };
}

// RFC 6376 §5.4.1: the core of a message; software shows some one field of each, not always the one that is signed.
const CORE = ['From', 'Subject', 'To', 'Cc', 'Date', 'Reply-To', 'Content-Type', 'Message-ID'] as const;

/**
 * What a signature leaves open (RFC 6376 §8.2, §8.15): fields that occur more often than they are signed, core fields that
 * are not signed at all. `signed` are the lower-cased names of the fields that it covers.
 */
export function headerFindings(index: FieldIndex, signature: DkimSignature, signed: readonly string[]): Diagnostic[] {
  const findings: Diagnostic[] = [];
  const { h = [], l } = signature;
  const place = placeOfTag(signature, 'h');
  for (const name of CORE) {
    const field = name.toLowerCase();
    const present = index.get(field)?.length ?? 0;
    const covered = count(signed, field);
    if (covered > 0 && present > covered) {
      findings.push(diagnose('dkim.unsigned-duplicate', { name, present, signed: covered }, place));
      if (field === 'from') {
        findings.push(diagnose('dkim.header-count-mismatch', { signed: covered, present }, place));
      }
    } else if (present > covered && field !== 'message-id' && !(field === 'content-type' && l !== undefined)) {
      findings.push(diagnose('dkim.unsigned-header', { name }, place));
    }
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
