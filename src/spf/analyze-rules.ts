import { type Diagnose, makeDiagnostic } from '../diagnostics/diagnostic.ts';

/** What an analysis finds in a whole tree of records, beyond what is wrong in each text or ends an evaluation. */
export const spfAnalysisRules = {
  'spf.include-dangling': [
    'error',
    'RFC 7208',
    '5.2',
    '"{term}" names {domain}, which does not exist: whoever registers it may decide who sends',
  ],
  'spf.include-repeated': ['info', 'RFC 7208', '4.6.4', '{domain} is looked up by {first} and again by "{term}"'],
  'spf.include-empty': ['info', 'RFC 7208', '5.2', '"{term}" costs a lookup and never matches'],
  'spf.target-missing': ['warning', 'RFC 7208', '5', '"{term}" names {domain}, which does not exist'],
  'spf.void-term': ['warning', 'RFC 7208', '4.6.4', '"{term}" finds no address at {domain}'],
  'spf.mapped-network': [
    'warning',
    'RFC 7208',
    '5',
    '"{term}" never matches: clients at IPv4-mapped addresses are checked as IPv4',
  ],
  'spf.unreachable-term': [
    'warning',
    'RFC 7208',
    '4.6.2',
    '"{term}" has no effect: earlier terms decide otherwise about all its addresses',
  ],
  'spf.shadowed-term': [
    'info',
    'RFC 7208',
    '4.6.2',
    '"{term}" has no effect: earlier terms say the same about all its addresses',
  ],
  'spf.range-too-wide': ['warning', 'RFC 7208', '11.4', '"{term}" lets all of {network} send'],
  'spf.macro-pointer': ['warning', 'RFC 7208', '7.2', '"{term}" uses the macro p, which is slow and unreliable'],
  'spf.lookup-margin': ['info', 'RFC 7208', '4.6.4', 'Domain {domain} needs {count} of {limit} lookups'],
  'spf.record-long': [
    'info',
    'RFC 7208',
    '3.4',
    'The SPF record of {domain} has {size} octets, more than {limit} may not fit one UDP answer',
  ],
  'spf.analysis-limit': [
    'warning',
    'RFC 7208',
    '11.1',
    'The records of {domain} are too many to follow: the analysis stops at {limit} {unit}',
  ],
  'spf.flatten-drift': [
    'warning',
    'RFC 7208',
    '10.1.1',
    'The addresses of {domain} are copied: when they change, these records do not',
  ],
  'spf.flatten-kept': ['info', 'RFC 7208', '7', '"{term}" is kept as it is: {reason}'],
  'spf.flatten-limit': ['error', 'RFC 7208', '4.6.4', 'Domain {domain} still needs {count} lookups, limit {limit}'],
  'spf.flatten-size': ['warning', 'RFC 7208', '3.4', 'The record of {domain} has {size} octets, wanted {limit}'],
  'spf.flatten-impossible': ['error', 'RFC 7208', '4.5', 'Domain {domain} has no record to flatten: {status}'],
  'spf.edit-blind': ['error', 'RFC 7208', '4.4', 'The record of {domain} is not known for now: the edit begins anew'],
} as const;

export type SpfAnalysisCode = keyof typeof spfAnalysisRules;

export const diagnose: Diagnose<typeof spfAnalysisRules> = (code, params, place) =>
  makeDiagnostic(spfAnalysisRules, code, params, place);
