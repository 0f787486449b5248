import { type Diagnose, makeDiagnostic } from '../../diagnostics/diagnostic.ts';

/** What stands in the way of a change of DKIM keys. */
export const keyRotationRules = {
  'rotation.same-selector': [
    'error',
    'RFC 6376',
    '3.1',
    'Selector "{selector}" is in use: a new key needs one of its own',
  ],
  'rotation.key-not-visible': ['error', 'RFC 6376', '3.6.2', 'There is no key at {name}: what is signed with it fails'],
  'rotation.key-differs': ['error', 'RFC 6376', '3.1', 'At {name} is another key than the one given'],
  'rotation.key-weak': ['error', 'RFC 8301', '3.2', 'The new key has {bits} bits, {minimum} are wanted'],
  'rotation.key-revoked': [
    'error',
    'RFC 6376',
    '3.6.1',
    'The key at {name} is revoked; take a selector that was never used',
  ],
  'rotation.key-unusable': ['error', 'RFC 6376', '3.6.1', 'What stands at {name} is no key that verifies: "{text}"'],
  'rotation.key-several': [
    'error',
    'RFC 6376',
    '3.6.2.2',
    'At {name} are {count} keys; which one counts, nobody knows',
  ],
  'rotation.same-key': ['warning', 'RFC 6376', '3.1', 'The key at {name} is the one in use: nothing is gained'],
  'rotation.current-gone': [
    'warning',
    'RFC 6376',
    '3.6.1',
    'The key at {name} is gone already ({status}): what it signed fails',
  ],
  'rotation.dns-failure': [
    'error',
    'RFC 6376',
    '6.1.2',
    'DNS did not answer for {name} ({reason}): what stands there is unknown',
  ],
} as const;

export type KeyRotationCode = keyof typeof keyRotationRules;

export const diagnose: Diagnose<typeof keyRotationRules> = (code, params, place) =>
  makeDiagnostic(keyRotationRules, code, params, place);
