import { defaultCrypto } from '../crypto/default.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { MessageSource } from '../message/source.ts';
import { encodeBase64 } from '../text/base64.ts';
import { signField } from './sign-field.ts';
import { type FieldIndex, selectFields } from './signed-data.ts';
import { keySizeFindings, planFindings } from './signing-findings.ts';
import { readSigningInput } from './signing-input.ts';
import {
  type HeaderName,
  readSignOptions,
  type SigningEnvironment,
  type SigningKey,
  type SigningPlan,
  type SignOptions,
} from './signing-options.ts';

/** The signatures of a message. */
export interface SignedMessage {
  /** One DKIM-Signature field for each key, in the order of the keys; folded, without the CRLF that ends it. */
  fields: string[];
  /** The fields, each with its CRLF: what goes in front of the message (RFC 6376 §5.6). */
  headers: string;
  /** The message in CRLF form, without the new fields, where it came with LF lines: that form is signed, and to be sent. */
  message?: Uint8Array;
  diagnostics: Diagnostic[];
}

/**
 * Signs a message and returns the DKIM-Signature fields to put in front of it. By default it is `relaxed/relaxed`, covers the
 * whole body, and signs each important field once more than it is present, so that nobody can add one. Times are seconds.
 *
 * @param message - as it will be sent, lines ending in CRLF, or in LF throughout (see `message` of the result). A stream is
 *   read once and not kept, unless its lines end in LF
 * @throws TypeError when an argument is wrong, or the message is one that must not be signed: bare CR or LF, header lines
 *   that are no fields, no From or several
 * @throws `env.signal.reason` when the signal aborts, and whatever the stream or the signer fails with
 * @see RFC 6376 §5, RFC 8301 §3, RFC 8463
 * @example
 * const { privateKey } = await generateDkimKeyPair({ domain: 'example.com', selector: 'a' });
 * const signer = await signerFromPem(privateKey);
 * const message = 'From: ann@example.com\r\nSubject: Hi\r\n\r\nHello\r\n';
 * const { headers } = await signMessage(message, { domain: 'example.com', selector: 'a', signer });
 * console.log(headers + message);
 */
export async function signMessage(
  message: MessageSource,
  options: SignOptions,
  env: SigningEnvironment = {},
): Promise<SignedMessage> {
  const action = 'sign the message';
  env.signal?.throwIfAborted();
  const plan = readSignOptions(action, options, env);
  const crypto = env.crypto ?? defaultCrypto();
  const input = await readSigningInput(action, message, plan, { crypto, signal: env.signal });
  const names = headerNames(plan, input.fields);
  const lower = names.map(([, name]) => name);
  const selected = selectFields(input.fields, lower, -1);
  const block = { header: input.header, selected, canonicalization: plan.canonicalization.header };
  const made = await Promise.all(
    plan.keys.map((key) => {
      const tags = tagsOf(plan, key, names, input.bodyHash);
      return signField(action, 'DKIM-Signature', tags, block, key.signer, crypto);
    }),
  );
  env.signal?.throwIfAborted();
  const fields = made.map(({ field }) => field);
  const sizes = made.flatMap(({ signature }, i) =>
    plan.keys[i]!.signer.algorithm === 'rsa-sha256' ? keySizeFindings(signature.length * 8) : [],
  );
  return {
    fields,
    headers: fields.map((field) => `${field}\r\n`).join(''),
    ...(input.message && { message: input.message }),
    diagnostics: [...input.diagnostics, ...planFindings(plan, input.fields), ...sizes],
  };
}

/** h=: the physically last field of a name is signed first, and one mention too many stands for none (RFC 6376 §5.4.2). */
export function headerNames({ oversigned, signed }: SigningPlan, fields: FieldIndex): HeaderName[] {
  const names: HeaderName[] = [];
  const add = (name: HeaderName, more: number) => {
    const times = (fields.get(name[1])?.length ?? 0) + more;
    for (let i = 0; i < times; i++) names.push(name);
  };
  for (const name of oversigned) add(name, 1);
  for (const name of signed) add(name, 0);
  return names;
}

/** The tags of a signature but for b=, in the order in which they are written. */
export function tagsOf(
  { domain, canonicalization, auid, timestamp, expires }: SigningPlan,
  { selector, signer }: SigningKey,
  names: readonly HeaderName[],
  bodyHash: Uint8Array,
): string[][] {
  return [
    ['v=1;'],
    [`a=${signer.algorithm};`],
    [`c=${canonicalization.header}/${canonicalization.body};`],
    [`d=${domain};`],
    [`s=${selector};`],
    ...(auid === undefined ? [] : [[`i=${auid};`]]),
    [`t=${timestamp};`],
    ...(expires === undefined ? [] : [[`x=${expires};`]]),
    names.map(([name], i) => `${i === 0 ? 'h=' : ''}${name}${i === names.length - 1 ? ';' : ':'}`),
    [`bh=${encodeBase64(bodyHash)};`],
  ];
}
