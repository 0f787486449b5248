import {
  type Diagnose,
  type Diagnostic,
  type Fix,
  makeDiagnostic,
  type Rules,
  type Span,
} from '../diagnostics/diagnostic.ts';

/**
 * The findings of `parseSpfRecord`; `{found}` is always the text under the span. An error makes evaluation end in
 * permerror; everything else is legal by the grammar.
 */
export const spfRecordRules = {
  'spf.version': ['error', 'RFC 7208', '4.5', 'A record begins with "v=spf1" and a space, not with "{found}"'],
  'spf.pasted': ['error', 'RFC 7208', '3.3', '"{found}" is more than the record'],
  'spf.character': ['error', 'RFC 7208', '12', '"{found}" is not visible ASCII'],
  'spf.unknown-mechanism': ['error', 'RFC 7208', '5', '"{found}" is no mechanism'],
  'spf.value-missing': ['error', 'RFC 7208', '12', '"{found}" needs a value'],
  'spf.domain-spec': ['error', 'RFC 7208', '7.1', '"{found}" does not end in a top-level domain'],
  'spf.macro': ['error', 'RFC 7208', '7.1', '"{found}" is no macro that is allowed here'],
  'spf.network': ['error', 'RFC 7208', '5.6', '"{found}" is no address of this IP version'],
  'spf.cidr': ['error', 'RFC 7208', '5.6', '"{found}" is no valid prefix length'],
  'spf.duplicate-modifier': ['error', 'RFC 7208', '6', '"{found}" is the second modifier of this name'],
  'spf.misspelt-modifier': ['warning', 'RFC 7208', '6', '"{found}" is an unknown modifier and ignored'],
  'spf.unknown-modifier': ['info', 'RFC 7208', '6', '"{found}" is an unknown modifier and ignored'],
  'spf.name': ['warning', 'RFC 7208', '4.8', '"{found}" names no possible host'],
  'spf.second-record': ['warning', 'RFC 7208', '3.2', '"{found}" begins a second record'],
  'spf.pass-all': ['warning', 'RFC 7208', '5.1', '"{found}" lets anybody send'],
  'spf.neutral-all': ['info', 'RFC 7208', '8.2', '"{found}" says nothing about other senders'],
  'spf.missing-all': ['warning', 'RFC 7208', '4.7', 'Without "all" the record says nothing about other senders'],
  'spf.ignored-term': ['warning', 'RFC 7208', '5.1', '"{found}" is ignored because of "all"'],
  'spf.ptr': ['warning', 'RFC 7208', '5.5', '"{found}" is slow and unreliable'],
  'spf.lookup-limit-likely': [
    'warning',
    'RFC 7208',
    '4.6.4',
    '"{found}" is the 11th term that needs DNS: evaluation may end in permerror',
  ],
  'spf.duplicate-directive': ['info', 'RFC 7208', '4.6.2', '"{found}" repeats an earlier term'],
  'spf.host-bits': ['info', 'RFC 7208', '5.6', '"{found}" has address bits beyond its prefix'],
  'spf.wide-range': ['warning', 'RFC 7208', '5.6', '"{found}" covers a large part of the internet'],
} as const satisfies Rules;

export type SpfRecordCode = keyof typeof spfRecordRules;

export type SpfFinding = Diagnostic<SpfRecordCode>;

export const diagnose: Diagnose<typeof spfRecordRules> = (code, params, place) =>
  makeDiagnostic(spfRecordRules, code, params, place);

/** A finding about the text under a span. */
export function finding(text: string, code: SpfRecordCode, span: Span, fix?: Fix): SpfFinding {
  const place = { span, ...(fix && { fix }) };
  return makeDiagnostic(spfRecordRules, code, { found: text.slice(span.start, span.end) }, place);
}
