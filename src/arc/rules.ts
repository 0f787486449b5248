import { type Diagnose, makeDiagnostic } from '../diagnostics/diagnostic.ts';

/** Every finding about a chain of ARC sets; what is wrong with one signature is said in the words of DKIM. */
export const arcRules = {
  'arc.message-too-large': ['error', 'RFC 6376', '8.4', 'The header block is larger than the limits allow'],
  'arc.too-many-sets': ['error', 'RFC 8617', '5.2', 'A message may have 50 ARC sets: found {count} fields {name}'],
  'arc.chain-failed': [
    'error',
    'RFC 8617',
    '5.2',
    'The newest seal, of instance {instance}, says that the chain failed',
  ],
  'arc.instance': ['error', 'RFC 8617', '4.2.1', '{name} must have a tag "i" of 1 to 50'],
  'arc.duplicate-field': ['error', 'RFC 8617', '4.2.1', 'Instance {instance} must have one {name}: there are more'],
  'arc.missing-field': ['error', 'RFC 8617', '5.2', 'Instance {instance} must have one {name}: there is none'],
  'arc.chain-status': [
    'error',
    'RFC 8617',
    '5.2',
    'Tag "cv" of instance {instance} must be {expected}: found "{value}"',
  ],
  'arc.seal-header-names': ['error', 'RFC 8617', '4.1.3', 'A seal must have no tag "h": found "{value}"'],
  'arc.signed-seal': ['error', 'RFC 8617', '4.1.2', 'Tag "h" must not name {name}'],
  'arc.signed-arc-field': ['warning', 'RFC 8617', '4.1.2', 'Tag "h" should not name {name}'],
  'arc.empty-header-name': ['warning', 'RFC 6376', '3.5', 'Tag "h" has an empty name, which stands for no field'],
  'arc.message-signature': [
    'error',
    'RFC 8617',
    '5.2',
    'The newest message signature, of instance {instance}, does not verify: {reason}',
  ],
  'arc.seal': ['error', 'RFC 8617', '5.2', 'The seal of instance {instance} does not verify: {reason}'],
} as const;

/** The codes of findings of ARC validation. */
export type ArcCode = keyof typeof arcRules;

export const diagnose: Diagnose<typeof arcRules> = (code, params, place) =>
  makeDiagnostic(arcRules, code, params, place);
