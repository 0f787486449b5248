import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import { isAtOrBelow } from '../../names/domain-name.ts';
import { publishRecord, publishText, removeRecord } from '../change.ts';
import type { DomainChange } from '../finding.ts';
import type { KeyRotationStep, RotationTimes, WantedKey } from './rotation.ts';
import { type FoundKey, strayAlias } from './rotation-key.ts';

/** All that the steps follow from. */
export interface RotationFacts {
  domain: string;
  current: FoundKey;
  next: FoundKey;
  wanted: WantedKey;
  times: RotationTimes;
  waitSeconds: number;
  diagnostics: readonly Diagnostic[];
}

type State = KeyRotationStep['state'];

/** The steps in order, each with what DNS and the clock say about it. */
export function planSteps(facts: RotationFacts): KeyRotationStep[] {
  const { times, waitSeconds, next } = facts;
  const { now, published = now, switched, keepSeconds } = times;
  const publish = planPublishing(facts);
  const visible = publish.state === 'done';
  const blocked = publish.state === 'blocked';
  const waited = (visible ? published : now) + waitSeconds;
  const signing = switched !== undefined && switched <= now;
  const wait: KeyRotationStep = {
    step: 'wait',
    by: 'domain',
    ...(blocked ? { state: 'blocked' } : due(visible && (signing || now >= waited), 'waiting', waited)),
    description: 'Wait until nobody remembers any more that there was no such key.',
  };
  const begun = Math.max(now, waited);
  const signed: KeyRotationStep = {
    step: 'switch',
    by: 'domain',
    ...(visible ? due(signing, wait.state === 'done' ? 'ready' : 'waiting', begun) : { state: 'blocked' }),
    description: `Sign with the key of selector "${next.key.selector}", and no more with the old one.`,
  };
  const done = signed.state === 'done';
  const kept = (done ? switched! : begun) + keepSeconds;
  const later: State = signed.state === 'blocked' ? 'blocked' : 'waiting';
  const keep: KeyRotationStep = {
    step: 'keep',
    by: 'domain',
    ...(later === 'blocked' ? { state: later } : due(done && now >= kept, later, kept)),
    description: 'Leave the old key where it is: mail that it signed is still on its way.',
  };
  return [publish, wait, signed, keep, ...planEnd(facts, keep, kept)];
}

/** A step that is done, or has a time. */
function due(done: boolean, state: State, earliest: number): Pick<KeyRotationStep, 'state' | 'earliest'> {
  return done ? { state: 'done' } : { state, earliest };
}

/** Who publishes what is at a selector, and where: aliases may also lead to another name of the same domain. */
function publisher(domain: string, { key }: FoundKey): { by: KeyRotationStep['by']; name: string } {
  const { name, delegatedTo = name } = key;
  return { by: isAtOrBelow(delegatedTo, domain) ? 'domain' : 'provider', name: delegatedTo };
}

function planPublishing({ domain, next, wanted, times, diagnostics }: RotationFacts): KeyRotationStep {
  const { name, status } = next.key;
  // An alias of another name is the domain's to change.
  const strayed = strayAlias(next, wanted.cname);
  const place = strayed === undefined ? publisher(domain, next) : { by: 'domain' as const, name };
  // That nothing is there yet hinders to sign with it, not to publish it.
  const faults = diagnostics.filter(({ subject, severity, code }) => {
    return subject === name && severity === 'error' && code !== 'rotation.key-not-visible';
  });
  const step = { step: 'publish', by: place.by, description: `Publish the new key at ${place.name}.` } as const;
  if (faults.length > 0) return { ...step, state: 'blocked' };
  if (status === 'key') return { ...step, state: 'done' };
  const change = publishing(wanted, name, place.name, strayed);
  // A CNAME record that leads nowhere yet: the key is not the domain's to publish.
  const state = place.by === 'provider' ? 'waiting' : 'ready';
  return { ...step, state, earliest: times.now, ...(change && { change }) };
}

function publishing(
  { text, cname }: WantedKey,
  name: string,
  place: string,
  before?: string,
): DomainChange | undefined {
  if (cname !== undefined && place === name) return publishRecord(name, 'CNAME', cname, before);
  return text === undefined ? undefined : publishText(place, text);
}

/** What becomes of the old key. */
function planEnd(facts: RotationFacts, keep: KeyRotationStep, kept: number): KeyRotationStep[] {
  const { domain, current, times } = facts;
  const { key, record, alias } = current;
  const { now, revoked, keepSeconds } = times;
  const place = publisher(domain, current);
  const { status, text, ttl = 0 } = key;
  const open: State = status === 'unknown' ? 'blocked' : keep.state === 'done' ? 'ready' : keep.state;
  const gone = status === 'revoked' || status === 'none';
  const after = `v=DKIM1; k=${record?.k === 'ed25519' ? 'ed25519' : 'rsa'}; p=`;
  const revoke: KeyRotationStep = {
    step: 'revoke',
    by: place.by,
    ...(open === 'blocked' && !gone ? { state: open } : due(gone, open, Math.max(now, kept))),
    description: `Revoke the old key at ${place.name}: with an empty p=, a stolen key is of no use, and verifiers know why.`,
  };
  if (!gone && text !== undefined) revoke.change = publishText(place.name, after, text);
  // For as long as the old key was kept, whoever looks should see that it was withdrawn, and did not vanish.
  const since = gone ? (revoked ?? now) : Math.max(now, kept);
  const over = since + Math.max(ttl, keepSeconds);
  const removable = status === 'revoked' && now >= over && keep.state === 'done';
  const none = status === 'none' && alias === undefined;
  const remove: KeyRotationStep = {
    step: 'remove',
    by: 'domain',
    ...(open === 'blocked' && !none
      ? { state: open }
      : due(none, removable ? 'ready' : 'waiting', Math.max(now, over))),
    description: `Remove the record at ${key.name}.`,
  };
  if (alias !== undefined) remove.change = removeRecord(key.name, 'CNAME', alias);
  else if (status !== 'none') {
    remove.change = removeRecord(key.name, 'TXT', gone && text !== undefined ? text : after);
  }
  return [revoke, remove];
}
