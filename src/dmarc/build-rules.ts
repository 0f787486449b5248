import { type Diagnose, makeDiagnostic } from '../diagnostics/diagnostic.ts';

/** What is unwise about a DMARC record to publish, besides what its parser finds. */
export const dmarcBuildRules = {
  'dmarc.build-no-reports': ['warning', 'RFC 9989', '4.7', 'Without "rua" nobody tells you which mail fails'],
  'dmarc.build-strict': ['info', 'RFC 9989', '4.4', '"{name}=s": mail of a subdomain, or in its name, is not aligned'],
  'dmarc.build-external': ['warning', 'RFC 9990', '4', '{host} gets no reports unless it publishes {name}'],
  'dmarc.build-external-name': ['error', 'RFC 9990', '4', '{host} can get no reports: {name} is too long a name'],
  'dmarc.edit-absent': ['warning', 'RFC 9989', '4.7', 'Tag "{name}" has no address "{value}" to remove'],
  'dmarc.edit-pasted': [
    'error',
    'RFC 9989',
    '4.8',
    'Only a record without quotes or a zone-file line around it can be edited',
  ],
} as const;

export type DmarcBuildCode = keyof typeof dmarcBuildRules;

export const diagnose: Diagnose<typeof dmarcBuildRules> = (code, params, place) =>
  makeDiagnostic(dmarcBuildRules, code, params, place);
