import { type Diagnose, makeDiagnostic, type Rules } from '../diagnostics/diagnostic.ts';

/** The findings of `parseSpfRecord`. Errors are what makes an evaluation end in permerror; everything else is legal by the grammar. */
export const spfRecordRules = {
  'spf.version': ['error', 'RFC 7208', '4.5', 'An SPF record begins with "v=spf1" and a space: found "{found}"'],
  'spf.pasted': ['error', 'RFC 7208', '3.3', 'This is a {form} around the record, not the record itself'],
  'spf.character': ['error', 'RFC 7208', '12', 'Only visible ASCII characters and spaces are allowed: found "{found}"'],
  'spf.separator': ['error', 'RFC 7208', '12', 'Terms are separated by spaces: found "{found}"'],
  'spf.unknown-mechanism': ['error', 'RFC 7208', '4.6.1', '"{name}" is no mechanism of SPF'],
  'spf.value-missing': ['error', 'RFC 7208', '12', '"{name}" needs a value'],
  'spf.value-unexpected': ['error', 'RFC 7208', '12', '"{name}" cannot be followed by "{found}"'],
  'spf.domain-spec': [
    'error',
    'RFC 7208',
    '7.1',
    'The name of "{name}" must end in a dot and a top-level domain: found "{value}"',
  ],
  'spf.macro': ['error', 'RFC 7208', '7.1', '"{macro}" is no macro'],
  'spf.macro-explanation': ['error', 'RFC 7208', '7.2', 'Macro "{macro}" is allowed in explanations only'],
  'spf.network': ['error', 'RFC 7208', '5.6', '"{name}" needs an IPv{family} address: found "{value}"'],
  'spf.cidr': [
    'error',
    'RFC 7208',
    '5.6',
    'A prefix length is a number up to {limit} without leading zeros: found "{found}"',
  ],
  'spf.duplicate-modifier': ['error', 'RFC 7208', '6', '"{name}=" may appear only once'],
  'spf.misspelt-modifier': ['warning', 'RFC 7208', '6', '"{name}=" is an unknown modifier, so "{term}" is ignored'],
  'spf.unknown-modifier': ['info', 'RFC 7208', '6', '"{name}=" is an unknown modifier and is ignored'],
  'spf.name': ['warning', 'RFC 7208', '4.8', 'No host can be named "{value}"'],
  'spf.second-record': ['warning', 'RFC 7208', '3.2', 'A second record begins here; "{term}" is ignored'],
  'spf.pass-all': ['warning', 'RFC 7208', '5.1', '"{term}" lets anybody send mail for this domain'],
  'spf.neutral-all': ['info', 'RFC 7208', '8.2', '"{term}" says nothing about all other senders'],
  'spf.missing-all': [
    'warning',
    'RFC 7208',
    '4.7',
    'Without "all" or "redirect=" the record says nothing about all other senders',
  ],
  'spf.after-all': ['warning', 'RFC 7208', '5.1', '"{term}" stands after "all" and is never reached'],
  'spf.redirect-ignored': ['warning', 'RFC 7208', '6.1', '"{term}" is ignored because the record has "all"'],
  'spf.ptr': ['warning', 'RFC 7208', '5.5', '"{term}" is slow and unreliable and should not be published'],
  'spf.lookup-limit-likely': [
    'warning',
    'RFC 7208',
    '4.6.4',
    '{count} terms need DNS lookups: an evaluation that gets past {limit} ends in permerror',
  ],
  'spf.duplicate-term': ['info', 'RFC 7208', '4.6.2', '"{term}" repeats an earlier term'],
  'spf.host-bits': ['info', 'RFC 7208', '5.6', '"{term}" has address bits beyond its prefix, which are ignored'],
  'spf.wide-range': ['warning', 'RFC 7208', '5.6', '"{term}" covers a very large part of the internet'],
  'spf.spacing': ['info', 'RFC 7208', '4.6.1', 'One space between terms is enough'],
  'spf.length': ['info', 'RFC 7208', '3.4', 'The record has {length} characters; more than {limit} may not fit in UDP'],
} as const satisfies Rules;

export type SpfRecordCode = keyof typeof spfRecordRules;

export const diagnose: Diagnose<typeof spfRecordRules> = (code, params, place) =>
  makeDiagnostic(spfRecordRules, code, params, place);
