import type { BodyDigest, BodyDigests } from '../dkim/body-digest.ts';
import type { Canonicalization } from '../dkim/canonicalize.ts';
import { type Check, type CheckTools, type CompleteSignature, checkSignature } from '../dkim/check.ts';
import { chooseKeys } from '../dkim/key-choice.ts';
import type { KeyLookup } from '../dkim/lookup.ts';
import type { DkimReason } from '../dkim/result.ts';
import { type FieldIndex, selectFields, signedData } from '../dkim/signed-data.ts';
import { judgeCheck, type VerdictOptions } from '../dkim/verdict.ts';
import { diagnose as diagnoseDkim } from '../dkim/verdict-rules.ts';
import type { Limits } from '../limits.ts';
import type { OpenedMessage } from '../message/message.ts';
import type { ArcChain, ArcSet } from './chain.ts';
import type { ArcSignatureField } from './header.ts';
import type { ArcInstance, ArcResult, ArcSeal } from './result.ts';
import { diagnose } from './rules.ts';

/** A chain whose structure has no fault, and everything that its checks need. */
export interface ArcRun {
  message: OpenedMessage;
  index: FieldIndex;
  sets: readonly Required<ArcSet>[];
  /** By `keyPlace`. */
  lookups: ReadonlyMap<string, Promise<KeyLookup>>;
  /** Of the message signatures that can be checked. */
  digests: ReadonlyMap<ArcSignatureField, BodyDigest>;
  body: BodyDigests;
  limits: Readonly<Limits>;
  minKeyBits: number;
  tools: CheckTools;
  verdict: VerdictOptions;
}

// A seal signs nothing of the body.
const NO_BODY: BodyDigest = { octets: 0 };

/** What tells the key of a signature from others. */
export function keyPlace({ selector, domain }: CompleteSignature): string {
  return `${selector} ${domain}`;
}

/** The verdict where no signature has a say: there is no chain, or its structure is wrong (RFC 8617 §5.2, steps 1 to 3). */
export function judgeStructure({ sets, faults }: ArcChain): ArcResult {
  const instances = sets.map(describe);
  const diagnostics = faults.map(({ finding }) => finding);
  const [fault] = faults;
  return fault === undefined
    ? { result: 'none', instances, diagnostics }
    : { result: 'fail', reason: fault.reason, instances, diagnostics };
}

/** What is said of a set that is whole. */
type WholeInstance = ArcInstance & Required<Pick<ArcInstance, 'ams' | 'seal'>>;

/** Checks the signatures (RFC 8617 §5.2, steps 4 to 7), each one until the result is certain. */
export async function judgeChain(run: ArcRun): Promise<ArcResult> {
  const { sets } = run;
  // Of whole sets.
  const instances = sets.map(describe) as WholeInstance[];
  const newest = sets.length - 1;
  const failed = await checkLinks(run, instances);
  if (failed !== undefined) return { result: 'fail', ...failed, instances };
  // Step 5, last since it does not change the result: down to the first message signature that does not verify.
  let oldest = newest;
  while (oldest > 0 && (await checkMessageSignature(run, sets[oldest - 1]!, instances[oldest - 1]!)) === undefined) {
    oldest--;
  }
  return { result: 'pass', instances, oldestPass: oldest === 0 ? 0 : oldest + 1, diagnostics: [] };
}

/** The newest message signature and all seals: the first that does not verify, as the end of a result. */
async function checkLinks(
  run: ArcRun,
  instances: readonly WholeInstance[],
): Promise<Pick<ArcResult, 'reason' | 'diagnostics'> | undefined> {
  const newest = run.sets.length - 1;
  type Failure = Pick<ArcResult, 'reason' | 'diagnostics'>;
  const fail = (code: 'arc.message-signature' | 'arc.seal', instance: number, reason: DkimReason): Failure => ({
    // RFC 8617 §5.2.1: "All errors, including DNS failures, become unrecoverable and are considered permanent."
    reason: reason === 'key-unavailable' ? 'dns-failure' : code === 'arc.seal' ? 'seal' : 'message-signature',
    diagnostics: [diagnose(code, { instance, reason })],
  });
  const reason = await checkMessageSignature(run, run.sets[newest]!, instances[newest]!);
  if (reason !== undefined) return fail('arc.message-signature', newest + 1, reason);
  for (let i = newest; i >= 0; i--) {
    const reason = await checkSeal(run, i, instances[i]!);
    if (reason !== undefined) return fail('arc.seal', i + 1, reason);
  }
  return undefined;
}

function describe({ instance, aar, ams, seal }: ArcSet): ArcInstance {
  return {
    instance,
    ...(aar?.authservId && { authservId: aar.authservId }),
    ...(aar && { authenticationResults: aar.payload }),
    ...(ams && {
      ams: { ...describeSignature(ams), signedHeaders: [], bodyHash: 'not-checked', signature: 'not-checked' },
    }),
    ...(seal && { seal: { ...describeSignature(seal), ...(seal.cv !== undefined && { cv: seal.cv }) } }),
  };
}

function describeSignature({ headerIndex, parsed, fault, diagnostics }: ArcSignatureField): ArcSeal {
  const { domain, selector, a, t } = parsed;
  return {
    ...(fault === undefined ? { result: 'not-checked' } : { result: 'fail', reason: fault }),
    ...(domain !== undefined && { domain }),
    ...(selector !== undefined && { selector }),
    ...(a !== undefined && { algorithm: a }),
    ...(t !== undefined && { timestamp: t }),
    headerIndex,
    diagnostics: [...diagnostics],
  };
}

/** Step 4 of RFC 8617 §5.2, and step 5: why a message signature does not verify. */
async function checkMessageSignature(
  run: ArcRun,
  { ams }: Required<ArcSet>,
  { ams: out }: WholeInstance,
): Promise<DkimReason | undefined> {
  const { header, lineEndings } = run.message;
  const { h = [], c } = ams.parsed;
  const selected = selectFields(run.index, h, ams.headerIndex);
  out.signedHeaders = selected.map((i) => header.fields[i]!.name);
  if (lineEndings === 'lf') out.diagnostics.push(diagnoseDkim('dkim.lf-line-endings', {}));
  const canonicalization = c.startsWith('relaxed') ? 'relaxed' : 'simple';
  const checked = await check(run, ams, selected, canonicalization, out);
  if (checked !== undefined) Object.assign(out, { bodyHash: checked.bodyHash, signature: checked.signature });
  return out.reason;
}

/**
 * Step 6. RFC 8617 §5.1.1: a seal signs the sets in ascending order, the fields of each in one order, itself last; its header
 * canonicalization is relaxed (§4.1.3).
 */
async function checkSeal(run: ArcRun, at: number, { seal: out }: WholeInstance): Promise<DkimReason | undefined> {
  const fields = run.sets.slice(0, at + 1).flatMap(({ aar, ams, seal }) => [aar, ams, seal]);
  const selected = fields.slice(0, -1).map(({ headerIndex }) => headerIndex);
  await check(run, run.sets[at]!.seal, selected, 'relaxed', out);
  return out.reason;
}

/** Verifies a signature, and says in `out` what came of it. */
async function check(
  run: ArcRun,
  one: ArcSignatureField,
  selected: readonly number[],
  canonicalization: Canonicalization,
  out: ArcSeal,
): Promise<Omit<Check, 'key'> | undefined> {
  const { minKeyBits, limits, tools } = run;
  if (one.sound === undefined) return undefined;
  const { signature, signatureValue } = one.sound;
  const { a: algorithm, domain } = signature;
  const found = await run.lookups.get(keyPlace(signature))!;
  const choice = chooseKeys(found, { algorithm, domain, minKeyBits, limits });
  if (choice.keys === undefined) {
    const bits = choice.none.record?.keyBits;
    if (bits !== undefined) out.keyBits = bits;
    out.diagnostics.push(...choice.none.diagnostics);
    return conclude(out, choice.none.reason);
  }
  const data = signedData(run.message.header, selected, one.field, signatureValue, canonicalization);
  const digest = run.digests.get(one);
  const checked = await checkSignature(signature, choice.keys, data, digest ?? NO_BODY, tools);
  const about = { mixed: digest !== undefined && run.body.mixed, keyName: found.name, provider: tools.crypto.name };
  // A seal has no body hash, and none that does not match.
  const judged = judgeCheck(
    signature,
    digest === undefined ? { ...checked, bodyHash: 'match' } : checked,
    digest ?? NO_BODY,
    about,
    run.verdict,
  );
  const subject = digest === undefined ? 'ARC-Seal' : 'ARC-Message-Signature';
  out.diagnostics.push(...checked.key.diagnostics, ...judged.diagnostics.map((finding) => ({ ...finding, subject })));
  if (checked.key.record.keyBits !== undefined) out.keyBits = checked.key.record.keyBits;
  conclude(out, judged.reason);
  return checked;
}

function conclude(out: ArcSeal, reason: DkimReason | undefined): undefined {
  Object.assign(out, reason === undefined ? { result: 'pass' } : { result: 'fail', reason });
}
