import { type Diagnose, makeDiagnostic } from '../diagnostics/diagnostic.ts';
import type { DmarcEditCode } from './edit-rules.ts';

/** What is unwise about a DMARC record to publish, besides what its parser finds. */
export const dmarcBuildRules = {
  'dmarc.build-no-reports': ['warning', 'RFC 9989', '4.7', 'Without "rua" nobody tells you which mail fails'],
  'dmarc.build-strict': ['info', 'RFC 9989', '4.4', '"{name}=s": mail of a subdomain, or in its name, is not aligned'],
  'dmarc.build-external': ['warning', 'RFC 9990', '4', '{host} gets no reports unless it publishes {name}'],
  'dmarc.build-external-name': ['error', 'RFC 9990', '4', '{host} can get no reports: {name} is too long a name'],
} as const;

export type DmarcBuildCode = keyof typeof dmarcBuildRules | DmarcEditCode;

export const diagnose: Diagnose<typeof dmarcBuildRules> = (code, params, place) =>
  makeDiagnostic(dmarcBuildRules, code, params, place);
