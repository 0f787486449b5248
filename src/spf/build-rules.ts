import { type Diagnose, makeDiagnostic } from '../diagnostics/diagnostic.ts';

/** What is wrong or unwise about an SPF record to publish, besides what its parser finds. */
export const spfBuildRules = {
  'spf.build-value': ['error', 'RFC 7208', '12', '"{value}" is no value for "{name}"'],
  'spf.build-lookups': [
    'error',
    'RFC 7208',
    '4.6.4',
    'The record has {count} terms with a DNS lookup, of which 10 are allowed',
  ],
  'spf.build-loop': ['error', 'RFC 7208', '4.6.4', '"{value}" leads back to {domain} itself'],
  'spf.build-private': ['warning', 'RFC 7208', '5.6', '"{value}" is no address of the public Internet'],
  'spf.build-nobody': ['info', 'RFC 7208', '10.1.2', 'The record says that {domain} sends no mail at all'],
  'spf.build-long': [
    'warning',
    'RFC 7208',
    '3.4',
    'The record has {length} octets: above 450 an answer may not fit into 512',
  ],
  'spf.edit-absent': ['warning', 'RFC 7208', '4.6.1', 'There is no term "{value}" to remove'],
  'spf.edit-present': ['info', 'RFC 7208', '4.6.2', 'The record has "{value}" already'],
  'spf.edit-pasted': [
    'error',
    'RFC 7208',
    '3.3',
    'Only a record without quotes or a zone-file line around it can be edited',
  ],
} as const;

export type SpfBuildCode = keyof typeof spfBuildRules;

export const diagnose: Diagnose<typeof spfBuildRules> = (code, params, place) =>
  makeDiagnostic(spfBuildRules, code, params, place);
