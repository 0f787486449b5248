import type { Diagnostic, Span } from '../diagnostics/diagnostic.ts';
import type { Limits } from '../limits.ts';
import type { HeaderField, OpenedMessage } from '../message/message.ts';
import { latin1, utf8, utf8Bytes } from '../text/bytes.ts';
import type { Canonicalization } from './canonicalize.ts';
import type { CompleteSignature } from './check.ts';
import type { DkimReason, DkimResult } from './result.ts';
import { type DkimSignature, parseDkimSignature, signatureFault } from './signature.ts';
import { fieldEnd } from './signed-data.ts';
import { diagnose } from './verdict-rules.ts';

/** What a result says about the field alone. */
export type SignatureFacts = Omit<DkimResult, 'result' | 'reason'>;

/** A signature that nothing in its text rules out. */
export interface SoundSignature {
  signature: CompleteSignature;
  field: HeaderField;
  /** Where the value of b= lies in the header block, white space around it included. */
  signatureValue: Span;
  canonicalization: { header: Canonicalization; body: Canonicalization };
}

export type ReadSignature = { facts: SignatureFacts } & (
  | { sound: SoundSignature }
  | { sound?: undefined; reason: DkimReason }
);

// The rows of the verdict table above the limits.
const FIRST_ROWS: readonly (DkimReason | undefined)[] = [
  'syntax',
  'missing-tag',
  'version',
  'from-unsigned',
  'expiry-before-timestamp',
  'domain-mismatch',
];

/** Reads a DKIM-Signature field and judges what needs no key: the first rows of the verdict table. `rank` counts them from the top. */
export function readSignature(
  message: OpenedMessage,
  headerIndex: number,
  rank: number,
  limits: Readonly<Limits>,
): ReadSignature {
  const { bytes, fields } = message.header;
  const field = fields[headerIndex]!;
  const value = bytes.subarray(field.colon + 1, fieldEnd(bytes, field));
  const text = signatureText(value);
  const parsed = parseDkimSignature(text);
  const signature = parsed.value;
  // Sixty thousand empty signatures fit into a header block: beyond the limit one finding each must do.
  const findings = rank < limits.signatures ? parsed.diagnostics : parsed.diagnostics.filter(isError).slice(0, 1);
  const diagnostics: Diagnostic[] = findings.map((finding) => ({ ...finding, subject: 'DKIM-Signature' }));
  const facts = factsOf(signature, headerIndex, diagnostics);
  const fault = signatureFault(parsed.diagnostics);
  if (!FIRST_ROWS.includes(fault)) {
    if (message.tooLarge) {
      diagnostics.push(diagnose('dkim.message-too-large', {}, { subject: 'DKIM-Signature' }));
      return { facts, reason: 'message-too-large' };
    }
    if (rank >= limits.signatures) {
      diagnostics.push(
        diagnose('dkim.too-many-signatures', { limit: limits.signatures }, { subject: 'DKIM-Signature' }),
      );
      return { facts, reason: 'too-many-signatures' };
    }
  }
  if (fault !== undefined || signature === undefined || !isComplete(signature)) {
    return { facts, reason: fault ?? 'syntax' };
  }
  const [header, body] = signature.c.split('/') as [Canonicalization, Canonicalization];
  return {
    facts,
    sound: {
      signature,
      field,
      signatureValue: signatureValue(field, value, text, signature),
      canonicalization: { header, body },
    },
  };
}

/**
 * The text of a signature's field. RFC 8616 §5 has UTF-8 in it: which letter another octet stands for would be a guess, and
 * somebody's domain. It becomes one that no name may hold.
 */
export function signatureText(octets: Uint8Array): string {
  return utf8(octets) ?? latin1(octets).replace(/[\x80-\xff]/g, '\ufffd');
}

function isError({ severity }: Diagnostic): boolean {
  return severity === 'error';
}

// Without a fault these are there; who reads this need not know how the parser came to that.
function isComplete(signature: DkimSignature): signature is CompleteSignature {
  const { b, bh, h, domain, selector } = signature;
  return [b, bh, h, domain, selector].every((value) => value !== undefined);
}

/**
 * Where the value of b= lies in the header block: RFC 6376 §3.7 has it deleted "including all surrounding whitespace", so all
 * between "=" and ";". `text` is what the octets of the field's value stand for.
 */
export function signatureValue({ colon }: HeaderField, value: Uint8Array, text: string, { tags }: DkimSignature): Span {
  const nameEnd = tags.find(({ name }) => name === 'b')!.nameSpan.end;
  const start = text.indexOf('=', nameEnd) + 1;
  const semicolon = text.indexOf(';', start);
  // A text of another length than its octets was decoded from UTF-8.
  const octets = (unit: number) => (text.length === value.length ? unit : utf8Bytes(text.slice(0, unit)).length);
  const first = colon + 1;
  return { start: first + octets(start), end: first + octets(semicolon === -1 ? text.length : semicolon) };
}

/** What is said of a field before it is checked; without a signature of no field. */
export function factsOf(
  signature: DkimSignature | undefined,
  headerIndex: number,
  diagnostics: Diagnostic[],
): SignatureFacts {
  const { domain, selector, a, b, i, t, x } = signature ?? {};
  const facts: SignatureFacts = {
    testing: false,
    headerIndex,
    signedHeaders: [],
    bodyHash: 'not-checked',
    signature: 'not-checked',
    unsignedBodyBytes: 0,
    diagnostics,
  };
  // Not by spreads, which take ten times as long.
  if (domain !== undefined) facts.domain = domain;
  if (selector !== undefined) facts.selector = selector;
  // RFC 6376 §3.5: without i= it is "@" and the domain.
  if (i !== undefined) facts.auid = i;
  else if (domain !== undefined) facts.auid = `@${domain}`;
  if (a !== undefined) facts.algorithm = a;
  if (b !== undefined) facts.signatureText = b;
  if (t !== undefined) facts.timestamp = t;
  if (x !== undefined) facts.expires = x;
  return facts;
}
