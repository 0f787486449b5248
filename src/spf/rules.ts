import { type Diagnostic, type Fix, makeDiagnostic, type Span } from '../diagnostics/diagnostic.ts';

/**
 * The findings of `parseSpfRecord`; `{found}` is always the text under the span. An error makes evaluation end in
 * permerror; everything else is legal by the grammar.
 */
export const spfRecordRules = {
  'spf.version': ['error', 'RFC 7208', '4.5', 'A record begins with "v=spf1" and a space, not with "{found}"'],
  'spf.pasted': ['error', 'RFC 7208', '3.3', '"{found}" holds more than the record'],
  'spf.character': ['error', 'RFC 7208', '12', '"{found}" is not visible ASCII'],
  'spf.unknown-mechanism': ['error', 'RFC 7208', '5', '"{found}" is no mechanism'],
  'spf.value-missing': ['error', 'RFC 7208', '12', '"{found}" needs a value'],
  'spf.domain-spec': ['error', 'RFC 7208', '7.1', '"{found}" does not end in a top-level domain'],
  'spf.macro': ['error', 'RFC 7208', '7.1', '"{found}" is no macro that may stand here'],
  'spf.network': ['error', 'RFC 7208', '5.6', '"{found}" is no address of this IP version'],
  'spf.cidr': ['error', 'RFC 7208', '5.6', '"{found}" is no valid prefix length'],
  'spf.duplicate-modifier': ['error', 'RFC 7208', '6', '"{found}" is the second modifier of this name'],
  'spf.misspelt-modifier': ['warning', 'RFC 7208', '6', '"{found}" is an unknown modifier and is ignored'],
  'spf.unknown-modifier': ['info', 'RFC 7208', '6', '"{found}" is an unknown modifier and is ignored'],
  'spf.name': ['warning', 'RFC 7208', '4.8', '"{found}" names no possible host'],
  'spf.second-record': ['warning', 'RFC 7208', '3.2', '"{found}" begins a second record'],
  'spf.pass-all': ['warning', 'RFC 7208', '5.1', '"{found}" lets anybody send'],
  'spf.neutral-all': ['info', 'RFC 7208', '8.2', '"{found}" says nothing about other senders'],
  'spf.missing-all': [
    'warning',
    'RFC 7208',
    '4.7',
    'Without "all" or "redirect=" the record says nothing about other senders',
  ],
  'spf.ignored-term': ['warning', 'RFC 7208', '5.1', '"{found}" is ignored because of "all"'],
  'spf.ptr': ['warning', 'RFC 7208', '5.5', '"{found}" is slow and unreliable'],
  'spf.lookup-limit-likely': [
    'warning',
    'RFC 7208',
    '4.6.4',
    '"{found}" is the 11th term with a DNS lookup, of which 10 are allowed',
  ],
  'spf.duplicate-directive': ['info', 'RFC 7208', '4.6.2', '"{found}" repeats an earlier term'],
  'spf.host-bits': ['info', 'RFC 7208', '5.6', '"{found}" has bits beyond its prefix'],
  'spf.wide-range': ['warning', 'RFC 7208', '5.6', '"{found}" covers too many addresses'],
} as const;

export type SpfRecordCode = keyof typeof spfRecordRules;

export type SpfFinding = Diagnostic<SpfRecordCode>;

/** A finding about the text under a span. */
export function finding(text: string, code: SpfRecordCode, span: Span, fix?: Fix): SpfFinding {
  const params = { found: text.slice(span.start, span.end) };
  return makeDiagnostic(spfRecordRules, code, params, { span, ...(fix && { fix }) });
}
