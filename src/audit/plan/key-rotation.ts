import { requireDomain, requireLimits, requireOptions } from '../../arguments.ts';
import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import { type KeyPlace, requireKeyPlace } from '../../dkim/key-place.ts';
import { parseDkimKeyRecord } from '../../dkim/key-record.ts';
import { DnsSession } from '../../dns/session.ts';
import { type Environment, requireEnvironment, requireString, show } from '../../environment.ts';
import type { Limits } from '../../limits.ts';
import type { KeyRotation, KeyRotationPlan, NextKey, RotationTimes, WantedKey } from './rotation.ts';
import { type FoundKey, findKey, strayAlias } from './rotation-key.ts';
import { diagnose } from './rotation-rules.ts';
import { planSteps } from './rotation-steps.ts';

const ACTION = 'plan a key rotation';
const SEVEN_DAYS = 604_800;
// RFC 2308 §5 has one to three hours as a sensible time to remember that a name does not exist.
const THREE_HOURS = 10_800;
// Later than the year 5000: milliseconds.
const MOST_SECONDS = 100_000_000_000;

/**
 * Plans the change from one DKIM key to another (RFC 6376 §3.1): publish, wait until nobody remembers that there was no such
 * key, sign with it, keep the old one for mail that is still on its way, revoke and remove it. DNS says how far it has come;
 * what it does not answer blocks, and is never taken as missing.
 *
 * @param rotation - the selectors, the new key, and when (epoch seconds) which step was taken
 * @throws TypeError where an argument is wrong; the reason of `env.signal` when it aborts
 * @example
 * const old = 'v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=';
 * const resolver = memoryResolver({ 'may2026._domainkey.example.com': { TXT: [old] } });
 * const { record } = await generateDkimKeyPair({ algorithm: 'ed25519', domain: 'example.com', selector: 'nov2026' });
 * const next = { selector: 'nov2026', record };
 * const { steps } = await planKeyRotation({ domain: 'example.com', current: 'may2026', next, now: 1795305600 }, { resolver });
 * steps.map(({ step, state }) => `${step} ${state}`).slice(0, 3); // => ['publish ready', 'wait waiting', 'switch blocked']
 * steps[0].change?.name; // => 'nov2026._domainkey.example.com'
 */
export async function planKeyRotation(
  rotation: KeyRotation,
  env: Environment,
  options: { limits?: Partial<Limits> } = {},
): Promise<KeyRotationPlan> {
  requireOptions(ACTION, rotation);
  const { domain, minKeyBits = 2048 } = rotation;
  const currentPlace = requireKeyPlace(ACTION, domain, selectorOf('current', rotation.current));
  const nextPlace = requireKeyPlace(ACTION, domain, selectorOf('next', rotation.next));
  const wanted = readWanted(rotation.next, nextPlace);
  const times = readTimes(rotation, env);
  requireEnvironment(ACTION, env);
  const limits = requireLimits(ACTION, options);
  const session = DnsSession.open(env, limits);
  const { cname } = wanted;
  const [current, next, target] = await Promise.all([
    findKey(currentPlace, session, limits),
    findKey(nextPlace, session, limits),
    cname === undefined ? undefined : findKey({ selector: nextPlace.selector, name: cname }, session, limits),
  ]);
  const diagnostics = [
    ...wanted.diagnostics,
    ...judgeNext(next, current, wanted, target, minKeyBits),
    ...judgeCurrent(current, times),
  ];
  const nothing = next.key.status === 'none' ? next.key.ttl : undefined;
  const waitSeconds = times.waitSeconds ?? nothing ?? THREE_HOURS;
  const steps = planSteps({ domain: nextPlace.domain, current, next, wanted, times, waitSeconds, diagnostics });
  return {
    domain: nextPlace.domain,
    now: times.now,
    current: current.key,
    next: next.key,
    waitSeconds,
    steps,
    diagnostics,
  };
}

function selectorOf(name: string, value: unknown): string {
  const selector = typeof value === 'object' && value !== null && 'selector' in value ? value.selector : value;
  requireString(ACTION, name, selector);
  return selector;
}

function readWanted(next: string | NextKey, { name }: KeyPlace): WantedKey {
  const { record, cname } = typeof next === 'string' ? ({} as Partial<NextKey>) : next;
  const wanted: WantedKey = { diagnostics: [] };
  if (cname !== undefined) wanted.cname = requireDomain(ACTION, 'next.cname', cname);
  if (record !== undefined) {
    const text: unknown = typeof record === 'string' ? record : record?.text;
    requireString(ACTION, 'next.record', text);
    wanted.text = text;
    const errors = parseDkimKeyRecord(text).diagnostics.filter(({ severity }) => severity === 'error');
    wanted.diagnostics = errors.map((finding) => ({ ...finding, subject: name }));
  }
  return wanted;
}

function readTimes(rotation: KeyRotation, env: Environment): RotationTimes {
  const clock = env?.now ?? (() => new Date());
  const { keepSeconds = SEVEN_DAYS, now = Math.floor(clock().getTime() / 1000) } = rotation;
  const times: RotationTimes = { now, keepSeconds };
  for (const name of ['published', 'switched', 'revoked', 'waitSeconds'] as const) {
    const value = rotation[name];
    if (value !== undefined) times[name] = value;
  }
  for (const [name, value] of Object.entries(times)) {
    const least = name === 'keepSeconds' ? SEVEN_DAYS : 0;
    if (typeof value !== 'number' || !(value >= least && value < MOST_SECONDS)) {
      throw new TypeError(`Cannot ${ACTION}: "${name}" must be seconds, at least ${least}, received ${show(value)}`);
    }
  }
  return times;
}

function judgeNext(
  next: FoundKey,
  current: FoundKey,
  { text: given, cname }: WantedKey,
  target: FoundKey | undefined,
  minimum: number,
): Diagnostic[] {
  const { name, selector, status, text = '' } = next.key;
  const findings: Diagnostic[] = [];
  const place = { subject: name };
  if (selector === current.key.selector) return [diagnose('rotation.same-selector', { selector }, place)];
  const { count, reason = '', record } = next;
  const wanted = given === undefined ? record : parseDkimKeyRecord(given).value;
  switch (status) {
    case 'none':
      findings.push(diagnose('rotation.key-not-visible', { name }, place));
      break;
    case 'unknown':
      findings.push(diagnose('rotation.dns-failure', { name, reason }, place));
      break;
    case 'revoked':
      findings.push(diagnose('rotation.key-revoked', { name }, place));
      break;
    case 'invalid':
      if (count !== undefined) findings.push(diagnose('rotation.key-several', { name, count }, place));
      else findings.push(diagnose('rotation.key-unusable', { name, text }, place));
      break;
    default:
      if (record?.p !== wanted?.p || (target !== undefined && isElsewhere(next, target, cname))) {
        findings.push(diagnose('rotation.key-differs', { name }, place));
      }
  }
  if (wanted?.keyType === 'rsa' && wanted.keyBits !== undefined && wanted.keyBits < minimum) {
    findings.push(diagnose('rotation.key-weak', { bits: wanted.keyBits, minimum }, place));
  }
  const p = wanted?.p ?? '';
  if (p !== '' && p === current.record?.p) findings.push(diagnose('rotation.same-key', { name }, place));
  return findings;
}

/** Whether a key is not the one of the provider's name: by what is published there, else by where the selector leads. */
function isElsewhere(next: FoundKey, { key, record }: FoundKey, cname: string | undefined): boolean {
  return key.status === 'unknown' ? strayAlias(next, cname) !== undefined : next.record?.p !== record?.p;
}

function judgeCurrent({ key, reason = '' }: FoundKey, { switched }: RotationTimes): Diagnostic[] {
  const { name, status } = key;
  const place = { subject: name };
  if (status === 'unknown') return [diagnose('rotation.dns-failure', { name, reason }, place)];
  // Once the mail is signed with the new key, that the old one is gone is as planned.
  if (status === 'key' || switched !== undefined) return [];
  return [diagnose('rotation.current-gone', { name, status }, place)];
}
