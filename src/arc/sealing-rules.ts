import { type Diagnose, makeDiagnostic } from '../diagnostics/diagnostic.ts';

/** Every finding of ARC sealing. */
export const arcSealingRules = {
  'arc.seal-after-failure': ['info', 'RFC 8617', '5.1', 'The newest seal says cv=fail: no set was added'],
  'arc.seal-limit': [
    'warning',
    'RFC 8617',
    '4.2.1',
    'The chain has instance 50, the last there may be: no set was added',
  ],
} as const;

/** The codes of findings of ARC sealing. */
export type ArcSealingCode = keyof typeof arcSealingRules;

export const diagnose: Diagnose<typeof arcSealingRules> = (code, params, place) =>
  makeDiagnostic(arcSealingRules, code, params, place);
