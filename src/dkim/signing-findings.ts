import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { FieldIndex } from './signed-data.ts';
import type { SigningPlan } from './signing-options.ts';
import { diagnose } from './signing-rules.ts';

// RFC 5322 §3.6 and RFC 2045 §3 allow one of each; readers that find two show one of them, not always the same.
const SINGLE = [
  ['Subject', 'subject'],
  ['To', 'to'],
  ['Cc', 'cc'],
  ['Date', 'date'],
  ['Reply-To', 'reply-to'],
  ['Sender', 'sender'],
  ['Message-ID', 'message-id'],
  ['In-Reply-To', 'in-reply-to'],
  ['References', 'references'],
  ['MIME-Version', 'mime-version'],
  ['Content-Type', 'content-type'],
  ['Content-Transfer-Encoding', 'content-transfer-encoding'],
] as const;

// RFC 6376 §5.4 and §5.4.1; RFC 8601 §5 has servers remove Authentication-Results.
const TRANSIENT: readonly string[] = ['return-path', 'received', 'comments', 'keywords', 'authentication-results'];

/** What the choice of fields and keys gives reason to say. */
export function planFindings({ keys, oversigned, signed }: SigningPlan, fields: FieldIndex): Diagnostic[] {
  const findings: Diagnostic[] = [];
  for (const [name, lower] of SINGLE) {
    const count = fields.get(lower)?.length ?? 0;
    if (count > 1) findings.push(diagnose('dkim.sign-duplicate-header', { name, count }));
  }
  for (const [name, lower] of [...oversigned, ...signed]) {
    if (TRANSIENT.includes(lower)) findings.push(diagnose('dkim.sign-transient-header', { name }));
  }
  for (const [name, lower] of oversigned) {
    // These two are what servers add to a message that lacks them.
    if ((lower === 'date' || lower === 'message-id') && !fields.has(lower)) {
      findings.push(diagnose('dkim.sign-absent-header', { name }));
    }
  }
  if (keys.every(({ signer }) => signer.algorithm === 'ed25519-sha256')) {
    findings.push(diagnose('dkim.sign-ed25519-alone', {}));
  }
  return findings;
}

/** What RFC 8301 §3.2 says about the size of an RSA key that may be used. */
export function keySizeFindings(bits: number): Diagnostic[] {
  if (bits < 2048) return [diagnose('dkim.sign-key-short', { bits })];
  return bits > 4096 ? [diagnose('dkim.sign-key-long', { bits })] : [];
}
