import { type Diagnose, makeDiagnostic } from '../diagnostics/diagnostic.ts';
import type { SpfEditCode } from './edit-rules.ts';

/** What is wrong or unwise about an SPF record to publish, besides what its parser finds. */
export const spfBuildRules = {
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
} as const;

export type SpfBuildCode = keyof typeof spfBuildRules | SpfEditCode;

export const diagnose: Diagnose<typeof spfBuildRules> = (code, params, place) =>
  makeDiagnostic(spfBuildRules, code, params, place);
