import { type Diagnose, makeDiagnostic } from '../diagnostics/diagnostic.ts';

/** What is wrong or unwise about a BIMI record to publish, besides what its parser finds. */
export const bimiBuildRules = {
  'bimi.build-declined': ['error', 'BIMI draft', '4.3.1', 'A record that declines has neither "l" nor "a"'],
  'bimi.build-local-part': [
    'error',
    'BIMI draft',
    '4.3',
    'A prefix in "lps" must be letters, digits and "-": found "{value}"',
  ],
  'bimi.build-policy': [
    'info',
    'BIMI draft',
    '7.1',
    'The indicator only shows while DMARC has p=quarantine or p=reject, also for subdomains',
  ],
} as const;

export type BimiBuildCode = keyof typeof bimiBuildRules;

export const diagnose: Diagnose<typeof bimiBuildRules> = (code, params, place) =>
  makeDiagnostic(bimiBuildRules, code, params, place);
