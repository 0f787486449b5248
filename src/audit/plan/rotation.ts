import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import type { DomainChange } from '../finding.ts';
import type { KeyRotationKey } from './rotation-key.ts';

/** A change of DKIM keys: what is to happen, and what has happened so far. Times are epoch seconds. */
export interface KeyRotation {
  domain: string;
  /** The selector in use. */
  current: string | { selector: string };
  /** The selector that comes, and where they are known its key, its record, or the provider's name that it is an alias of. */
  next: string | NextKey;
  /** By default the clock of `env`. */
  now?: number;
  /** When the new key was published; without it, the wait begins now. */
  published?: number;
  /** When the last message was signed with the old key. */
  switched?: number;
  /** When the old key was revoked. */
  revoked?: number;
  /** How long to wait after publishing: by default for as long as DNS says that "no such key" may be kept, else three hours. */
  waitSeconds?: number;
  /** How long to keep the old key: seven days (604800) by default and at least. */
  keepSeconds?: number;
  /** Bits that an RSA key must have: 2048 by default. */
  minKeyBits?: number;
}

/** The key to change to. */
export interface NextKey {
  selector: string;
  /** The record as `generateDkimKeyPair` or `buildDkimKeyRecord` made it, or its text. */
  record?: string | { text: string };
  /** The provider's name, where the selector is to be a CNAME record. */
  cname?: string;
}

/** One step of a change of keys. */
export interface KeyRotationStep {
  step: 'publish' | 'wait' | 'switch' | 'keep' | 'revoke' | 'remove';
  /** `ready`: to be done now. `waiting`: for its time, or for somebody else. `blocked`: a finding says by what. */
  state: 'done' | 'ready' | 'waiting' | 'blocked';
  /** Who has to do it: the owner of the domain, or whoever publishes the key that a CNAME record leads to. */
  by: 'domain' | 'provider';
  /** Epoch seconds: when the step may be taken, for `wait` and `keep` when they are over; absent where it is done or blocked. */
  earliest?: number;
  /** One sentence: what to do. */
  description: string;
  change?: DomainChange;
}

/** How to change a DKIM key without a message that fails. */
export interface KeyRotationPlan {
  domain: string;
  /** Epoch seconds: what the states are true of. */
  now: number;
  current: KeyRotationKey;
  next: KeyRotationKey;
  /** To be passed again with `published`, since DNS does not say it any more once the key is there. */
  waitSeconds: number;
  steps: KeyRotationStep[];
  diagnostics: Diagnostic[];
}

/** What is to be published: a record, or an alias; neither where only the selector is known. */
export interface WantedKey {
  text?: string;
  cname?: string;
  diagnostics: Diagnostic[];
}

/** When what was done, and how long to wait. */
export interface RotationTimes extends Pick<KeyRotation, 'published' | 'switched' | 'revoked' | 'waitSeconds'> {
  now: number;
  keepSeconds: number;
}
