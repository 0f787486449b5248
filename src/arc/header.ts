import { readHead } from '../authentication-results/head.ts';
import { readInstance } from '../authentication-results/parse.ts';
import type { Diagnostic, Span } from '../diagnostics/diagnostic.ts';
import type { CompleteSignature } from '../dkim/check.ts';
import type { DkimReason } from '../dkim/result.ts';
import { diagnoseTag } from '../dkim/rules.ts';
import { type DkimSignature, parseDkimSignature, signatureFault } from '../dkim/signature.ts';
import { signatureText, signatureValue } from '../dkim/signature-field.ts';
import { fieldEnd } from '../dkim/signed-data.ts';
import type { HeaderBlock, HeaderField } from '../message/message.ts';
import { headerText } from '../text/bytes.ts';
import { asciiLower, isDigits } from '../text/characters.ts';
import { startFieldReader } from '../text/structured-field.ts';
import { diagnose } from './rules.ts';

/** The fields of a set as they are looked up, in the order in which a seal signs them (RFC 8617 §5.1.1). */
export const ARC_FIELDS = [
  ['aar', 'arc-authentication-results', 'ARC-Authentication-Results'],
  ['ams', 'arc-message-signature', 'ARC-Message-Signature'],
  ['seal', 'arc-seal', 'ARC-Seal'],
] as const;

/** RFC 8617 §4.2.1. */
export const MOST_INSTANCES = 50;

// A field of a million semicolons has a million faults.
const MOST_FINDINGS = 50;

/** An ARC-Authentication-Results field; its syntax does not matter for the chain, only its instance does (RFC 8617 §3.4). */
export interface ArcResultsField {
  headerIndex: number;
  /** Absent where it is missing or not 1 to 50. */
  instance?: number;
  /** Empty where the field names nobody. */
  authservId: string;
  /** What stands behind the instance: the value of an Authentication-Results field. */
  payload: string;
}

/** An ARC-Message-Signature or ARC-Seal field. */
export interface ArcSignatureField {
  headerIndex: number;
  field: HeaderField;
  /** Absent where it is missing or not 1 to 50. */
  instance?: number;
  /** What its text says, right or wrong. */
  parsed: DkimSignature;
  /** cv=, lower-cased. */
  cv?: string;
  /** Why its text alone rules it out; else everything that verification needs is there. */
  fault?: DkimReason;
  sound?: { signature: CompleteSignature; signatureValue: Span };
  diagnostics: Diagnostic[];
}

// RFC 8617 §4.1.2 and §4.1.3. i= is the instance; every other tag is one that the field does not have, which is ignored.
const TAGS = {
  'ARC-Message-Signature': ['a', 'b', 'bh', 'c', 'd', 'h', 'l', 'q', 's', 't', 'x', 'z'],
  'ARC-Seal': ['a', 'b', 'd', 's', 't'],
} as const;

// Which tag a finding is about, where it does not say so itself.
const TAG_OF: { readonly [code: string]: string } = {
  'dkim.version': 'v',
  'dkim.identity': 'i',
  'dkim.domain-mismatch': 'i',
  'dkim.hash-length': 'bh',
  'dkim.body-length': 'l',
  'dkim.canonicalization': 'c',
  'dkim.query-method': 'q',
  'dkim.header-name': 'h',
  'dkim.from-unsigned': 'h',
  'dkim.expiry-before-timestamp': 'x',
};

function valueOctets({ bytes, fields }: HeaderBlock, headerIndex: number): Uint8Array {
  const field = fields[headerIndex]!;
  return bytes.subarray(field.colon + 1, fieldEnd(bytes, field));
}

/** ``arc-info = instance [CFWS] ";" authres-payload`` */
export function readResultsField(header: HeaderBlock, headerIndex: number): ArcResultsField {
  const reader = startFieldReader(headerText(valueOctets(header, headerIndex)));
  const instance = readInstance(reader)?.instance;
  const payload = reader.text.slice(reader.at, reader.end);
  const { authservId } = readHead(reader);
  return { headerIndex, ...(instance !== undefined && { instance }), authservId, payload };
}

/**
 * Reads a signature by the rules of DKIM-Signature, without those about tags that it does not have.
 *
 * ```
 * arc-ams-info = instance [CFWS] ";" tag-list          arc-as-info = instance [CFWS] ";" tag-list
 * ```
 *
 * Many write the instance among the other tags, where a tag-list may have it anywhere, but no comments.
 */
export function readSignatureField(
  header: HeaderBlock,
  headerIndex: number,
  subject: 'ARC-Message-Signature' | 'ARC-Seal',
): ArcSignatureField {
  const octets = valueOctets(header, headerIndex);
  const field = header.fields[headerIndex]!;
  const text = signatureText(octets);
  const reader = startFieldReader(text);
  const first = readInstance(reader);
  // Spaces in its place, so that every offset stays true.
  const list = ' '.repeat(reader.at) + text.slice(reader.at);
  const { value, diagnostics } = parseDkimSignature(list);
  // It reads every text.
  const parsed = value!;
  const among = parsed.tags.find(({ name }) => name === 'i');
  const instance = first?.instance ?? (among && readPosition(among.value));
  const findings: Diagnostic[] = diagnostics.filter((finding) => isAbout(finding, subject)).map(tolerate);
  if (first !== undefined && among !== undefined) {
    findings.push(diagnoseTag('dkim.tag-duplicate', { tag: 'i' }, { span: among.span }));
  }
  const cv = subject === 'ARC-Seal' ? readSealTags(parsed, findings) : void judgeNames(parsed, findings);
  const fault = signatureFault(findings);
  return {
    headerIndex,
    field,
    ...(instance !== undefined && { instance }),
    parsed,
    ...(cv !== undefined && { cv }),
    ...(fault === undefined
      ? {
          // Without a fault nothing is missing.
          sound: {
            signature: parsed as CompleteSignature,
            signatureValue: signatureValue(field, octets, text, parsed),
          },
        }
      : { fault }),
    diagnostics: findings.slice(0, MOST_FINDINGS).map((finding) => ({ ...finding, subject })),
  };
}

/** ``position = 1*2DIGIT``, 1 to 50. */
function readPosition(digits: string): number | undefined {
  const position = isDigits(digits) && digits.length <= 2 ? Number(digits) : 0;
  return position >= 1 && position <= MOST_INSTANCES ? position : undefined;
}

/** Whether a finding breaks the tag-list, or is about a tag that the field has. */
function isAbout({ code, params }: Diagnostic, subject: keyof typeof TAGS): boolean {
  if (code.startsWith('dkim.tag-') && code !== 'dkim.tag-value-empty') return true;
  const tag = TAG_OF[code] ?? params.tag;
  return tag === undefined || TAGS[subject].some((name) => name === tag);
}

/** "from::to" is no list of names, but what it leaves open is nothing: an empty name selects no field. */
function tolerate(finding: Diagnostic): Diagnostic {
  if (finding.code !== 'dkim.header-name' || finding.params.value !== '') return finding;
  return diagnose('arc.empty-header-name', {}, finding.span && { span: finding.span });
}

/** RFC 8617 §4.1.2: h= must not name ARC fields. A seal comes after the message signature, and cannot be signed by it. */
function judgeNames({ h = [], tags }: DkimSignature, findings: Diagnostic[]): void {
  const span = tags.find(({ name }) => name === 'h')?.valueSpan;
  for (const [key, lower, name] of ARC_FIELDS) {
    if (!h.some((one) => asciiLower(one) === lower)) continue;
    findings.push(diagnose(key === 'seal' ? 'arc.signed-seal' : 'arc.signed-arc-field', { name }, span && { span }));
  }
}

/**
 * ```
 * seal-cv-tag  = %s"cv" [CFWS] "=" [CFWS] chain-status
 * chain-status = ("none" / "fail" / "pass")
 * ```
 */
function readSealTags(signature: DkimSignature, findings: Diagnostic[]): string | undefined {
  const h = signature.tags.find(({ name }) => name === 'h');
  // RFC 8617 §4.1.3: "if found, MUST result in a cv status of fail".
  if (h !== undefined) findings.push(diagnose('arc.seal-header-names', { value: h.value }, { span: h.valueSpan }));
  // Not tags of a seal: they must not reach what verifies.
  delete signature.l;
  delete signature.x;
  signature.h = [];
  signature.bh = '';
  const cv = signature.tags.find(({ name }) => name === 'cv');
  return cv && asciiLower(cv.value);
}
