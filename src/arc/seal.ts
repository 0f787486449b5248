import { formatHeader } from '../authentication-results/format.ts';
import type { AuthenticationResult } from '../authentication-results/header.ts';
import { defaultCrypto } from '../crypto/default.ts';
import type { CryptoProvider } from '../crypto/provider.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { headerNames, tagsOf } from '../dkim/sign.ts';
import { signField } from '../dkim/sign-field.ts';
import { indexFields, selectFields } from '../dkim/signed-data.ts';
import { keySizeFindings, planFindings } from '../dkim/signing-findings.ts';
import { readSigningInput, type SigningInput } from '../dkim/signing-input.ts';
import type { SigningPlan } from '../dkim/signing-options.ts';
import { type Environment, requireEnvironment } from '../environment.ts';
import type { HeaderBlock } from '../message/message.ts';
import type { MessageSource } from '../message/source.ts';
import { utf8Bytes } from '../text/bytes.ts';
import { asciiLower } from '../text/characters.ts';
import { type Assessment, readAssessment, readSealPlan, type SealOptions } from './assessment.ts';
import { type ArcChain, type ArcSet, readChain } from './chain.ts';
import { MOST_INSTANCES } from './header.ts';
import type { ArcResult, ArcResultWord } from './result.ts';
import { diagnose } from './sealing-rules.ts';
import { verifyOpenedArc } from './verify.ts';

/** A message's new ARC set, or why it got none. */
export interface SealedMessage {
  /** ARC-Seal, ARC-Message-Signature, ARC-Authentication-Results: folded, without the CRLF that ends each. Empty where nothing is to be added. */
  fields: string[];
  /** The fields, each with its CRLF: what goes in front of the message. */
  headers: string;
  /** The instance of the new set. */
  instance?: number;
  /** What the new seal says of the chain before it. */
  cv?: ArcResultWord;
  /** The message in CRLF form, without the new fields, where it came with LF lines: that form is sealed, and to be sent. */
  message?: Uint8Array;
  diagnostics: Diagnostic[];
}

/**
 * Adds a link to the chain of a message that is passed on: makes the three ARC fields that go in front of it. Seal last,
 * when every change is made and the DKIM signature is in its place.
 *
 * The seal says whether the chain was intact *when the message arrived* (`arc`, or the verdict's). Where that is not given, the
 * chain is validated as the message is now, with `env.resolver`. A failed chain gets one last set, with cv=fail, and then none.
 *
 * @param message - as it will be sent, without the new fields; a stream is read once and not kept, unless its lines end in LF
 * @throws TypeError when an argument is wrong, or the message is one that must not be signed, as for `signMessage`
 * @throws `env.signal.reason` when the signal aborts, and whatever the stream or the signer fails with
 * @see RFC 8617 §5.1; on its way to Historic
 * @example
 * const { privateKey } = await generateDkimKeyPair({ domain: 'lists.example.org', selector: 'arc' });
 * const signer = await signerFromPem(privateKey);
 * const message = 'From: ann@example.com\r\nSubject: Hi\r\n\r\nHello\r\n';
 * const authenticationResults = 'lists.example.org; spf=pass smtp.mailfrom=example.com';
 * const sealed = await sealMessage(message, { domain: 'lists.example.org', selector: 'arc', signer, authenticationResults });
 * sealed.cv; // => 'none'
 */
export async function sealMessage(
  message: MessageSource,
  options: SealOptions,
  env: Partial<Environment> = {},
): Promise<SealedMessage> {
  const action = 'seal the message';
  env.signal?.throwIfAborted();
  const plan = readSealPlan(action, options, env);
  const assessment = readAssessment(action, options);
  const crypto = env.crypto ?? defaultCrypto();
  let chain: ArcChain = { sets: [], highest: 0, faults: [] };
  let validate: (() => Promise<ArcResult>) | undefined;
  const input = await readSigningInput(action, message, plan, {
    crypto,
    signal: env.signal,
    begin(opened, body) {
      chain = readChain(opened, indexFields(opened.header));
      if (!needsValidation(action, chain, assessment)) return;
      const whole = { ...env, crypto } as Environment;
      requireEnvironment(action, whole);
      validate = verifyOpenedArc(opened, whole, { limits: plan.limits }, body);
    },
  });
  const found = await validate?.();
  const end = endOfChain(chain);
  const set: Omit<SealedMessage, 'message'> =
    end === undefined
      ? await makeSet({ action, plan, assessment, crypto, chain, input, ...status(chain, assessment, found) })
      : { fields: [], headers: '', diagnostics: [diagnose(end, {})] };
  env.signal?.throwIfAborted();
  return {
    ...set,
    ...(input.message && { message: input.message }),
    diagnostics: [...input.diagnostics, ...planFindings(plan, input.fields), ...set.diagnostics],
  };
}

/** Whether the chain must be validated now; a `TypeError` where what is said of it cannot be about this message. */
function needsValidation(action: string, chain: ArcChain, { arc }: Assessment): boolean {
  if (chain.highest === 0 || chain.faults.length > 0) return false;
  if (arc !== 'none') return arc === undefined;
  throw new TypeError(`Cannot ${action}: "arc.result" is "none", but the message has ${chain.highest} ARC sets`);
}

/** Why the chain gets no further set. */
function endOfChain({ highest, faults }: ArcChain): 'arc.seal-after-failure' | 'arc.seal-limit' | undefined {
  // RFC 8617 §5.1 step 2.
  if (faults.some(({ reason }) => reason === 'chain-failed')) return 'arc.seal-after-failure';
  return highest >= MOST_INSTANCES ? 'arc.seal-limit' : undefined;
}

/** What the new seal says, and what is known besides. A chain of wrong structure failed whatever was said of it. */
function status(
  { highest, faults }: ArcChain,
  { arc: known }: Assessment,
  found: ArcResult | undefined,
): Pick<Sealing, 'cv' | 'oldestPass'> {
  if (faults.length > 0) return { cv: 'fail' };
  // RFC 8617 §5.2 step 3: the first seal of a chain says none.
  if (highest === 0) return { cv: 'none' };
  // What was not known was validated.
  const oldestPass = found?.oldestPass;
  return { cv: known ?? found!.result, ...(oldestPass !== undefined && { oldestPass }) };
}

/** Everything that a new set is made of. */
interface Sealing {
  action: string;
  plan: SigningPlan;
  assessment: Assessment;
  crypto: CryptoProvider;
  chain: ArcChain;
  input: SigningInput;
  cv: ArcResultWord;
  oldestPass?: number;
}

/** RFC 8617 §5.1 step 4: the three fields, each of which the next one signs. */
async function makeSet(sealing: Sealing): Promise<Omit<SealedMessage, 'message'>> {
  const { action, plan, crypto, chain, input, cv } = sealing;
  const key = plan.keys[0]!;
  const { algorithm } = key.signer;
  const instance = chain.highest + 1;
  const { value, diagnostics: left } = formatHeader({ ...sealing.assessment, results: resultsOf(sealing) });
  const diagnostics: Diagnostic[] = [...left];
  const results = `ARC-Authentication-Results: i=${instance}; ${value}`;
  const names = headerNames(plan, input.fields);
  const selected = selectFields(
    input.fields,
    names.map(([, lower]) => lower),
    -1,
  );
  const message = await signField(
    action,
    'ARC-Message-Signature',
    [[`i=${instance};`], ...tagsOf(plan, key, names, input.bodyHash).slice(1)],
    { header: input.header, selected, canonicalization: plan.canonicalization.header },
    key.signer,
    crypto,
  );
  const { domain, timestamp } = plan;
  const tags = [
    `i=${instance};`,
    `a=${algorithm};`,
    `cv=${cv};`,
    `d=${domain};`,
    `s=${key.selector};`,
    `t=${timestamp};`,
  ];
  const seal = await signField(
    action,
    'ARC-Seal',
    tags.map((tag) => [tag]),
    { ...sealScope(sealing, [results, message.field]), canonicalization: 'relaxed' },
    key.signer,
    crypto,
  );
  if (algorithm === 'rsa-sha256') diagnostics.push(...keySizeFindings(message.signature.length * 8));
  const fields = [seal.field, message.field, results];
  return { fields, headers: fields.map((field) => `${field}\r\n`).join(''), instance, cv, diagnostics };
}

/** The assessment in one field, with the chain's own result (RFC 8617 §4.4, §6). */
function resultsOf({ assessment, cv, oldestPass }: Sealing): AuthenticationResult[] {
  const { results } = assessment;
  if (results.some(({ method }) => method === 'arc')) return [...results];
  const properties =
    oldestPass === undefined ? [] : [{ ptype: 'header', property: 'oldest-pass', value: String(oldestPass) }];
  return [...results, { method: 'arc', result: cv, properties }];
}

/**
 * What a seal signs besides itself: the sets before it and the fields of its own (RFC 8617 §5.1.1); after a failure only
 * those, "as if this newest ARC Set was the only set present" (§5.1.2).
 */
function sealScope(
  { input, chain, cv }: Sealing,
  added: readonly string[],
): { header: HeaderBlock; selected: readonly number[] } {
  const sets = cv === 'fail' ? [] : (chain.sets as Required<ArcSet>[]);
  const { bytes, fields, malformed } = input.header;
  const octets = added.map((field) => utf8Bytes(`${field}\r\n`));
  const whole = new Uint8Array(octets.reduce((sum, { length }) => sum + length, bytes.length));
  whole.set(bytes);
  const places = [...fields];
  const selected = sets.flatMap(({ aar, ams, seal }) => [aar, ams, seal].map(({ headerIndex }) => headerIndex));
  let start = bytes.length;
  for (const [i, field] of octets.entries()) {
    whole.set(field, start);
    selected.push(places.length);
    const colon = start + added[i]!.indexOf(':');
    places.push({ name: asciiLower(added[i]!.slice(0, colon - start)), start, colon, end: start + field.length });
    start += field.length;
  }
  return { header: { bytes: whole, fields: places, malformed }, selected };
}
