/** A half-open range of UTF-16 offsets into the text that was parsed. */
export interface Span {
  start: number;
  end: number;
}

/** How bad a finding is: an `error` breaks a rule, a `warning` will hurt somebody, an `info` is worth knowing. */
export type Severity = 'error' | 'warning' | 'info';

/** A text change that would cure a finding. */
export interface Fix {
  /** One sentence that says what to do. */
  description: string;
  /** What to put in place of the text under the diagnostic's span, where that is certain. */
  replacement?: string;
}

/** One finding about a record, a header field, a message or a domain. */
export interface Diagnostic<Code extends string = string> {
  /** Stable, documented in docs/diagnostics.md: `spf.lookup-limit`. */
  code: Code;
  severity: Severity;
  /** One English sentence that quotes the offending value. */
  message: string;
  /** The values in the message, so that a caller can word it in another language. */
  params: { [name: string]: string | number };
  /** The rule's source: `{ spec: 'RFC 7208', section: '4.6.4' }`. */
  spec: { spec: string; section: string };
  /** Where in the parsed text. */
  span?: Span;
  /** Whose text: a DNS name or the name of a header field. */
  subject?: string;
  fix?: Fix;
}

/** What every parser returns: as much of the value as was understood, and every fault. */
export type Parsed<T, Code extends string = string> =
  | { ok: true; value: T; diagnostics: Diagnostic<Code>[] }
  | { ok: false; value?: T; diagnostics: [Diagnostic<Code>, ...Diagnostic<Code>[]] };

/** A row of a rules table; `{name}` in the message stands for a parameter. */
export type Rule = readonly [severity: Severity, spec: string, section: string, message: string];

/** A rules table: every diagnostic that a folder can raise, by code. */
export type Rules = { readonly [code: string]: Rule };

type Placeholder<Message extends string> = Message extends `${string}{${infer Name}}${infer Rest}`
  ? Name | Placeholder<Rest>
  : never;

/** The parameters that the message of a rule asks for. */
export type RuleParams<R extends Rule> = { [Name in Placeholder<R[3]>]: string | number };

/** Where a diagnostic points and how to cure it. */
export interface Place {
  span?: Span;
  subject?: string;
  fix?: Fix;
}

/** The type of a folder's `diagnose`: it only takes codes of the folder's table, with the parameters that their wording needs. */
export type Diagnose<R extends Rules> = <Code extends keyof R & string>(
  code: Code,
  params: RuleParams<R[Code]>,
  place?: Place,
) => Diagnostic<keyof R & string>;

// Values come from outside: one long value must not make the message unreadable, nor a control character reach a terminal.
const QUOTED_LENGTH = 120;

function quote(value: string | number): string {
  const text = String(value);
  return escapeControls(text.length > QUOTED_LENGTH ? `${text.slice(0, QUOTED_LENGTH)}…` : text);
}

/** Replaces control, direction-changing and invisible characters by visible escapes of the form `\u{7}`. */
export function escapeControls(text: string): string {
  // Most texts are ASCII, and need no look at the properties of their characters.
  return /[^ -~]/.test(text)
    ? text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (c) => `\\u{${c.codePointAt(0)!.toString(16)}}`)
    : text;
}

/** Makes a diagnostic from its row; folders wrap it as their own `diagnose`. */
export function makeDiagnostic<R extends Rules, Code extends keyof R & string>(
  rules: R,
  code: Code,
  params: { [name: string]: string | number },
  place?: Place,
): Diagnostic<Code> {
  const [severity, spec, section, template] = rules[code]!;
  let message = '';
  // Not by a regular expression, which takes more than twice as long.
  for (const part of template.split('{')) {
    const end = part.indexOf('}');
    message += end < 0 ? part : quote(params[part.slice(0, end)] ?? '') + part.slice(end + 1);
  }
  return { code, severity, message, params, spec: { spec, section }, ...place };
}

/** Wraps a value and its findings: `ok` unless one of them is an error. */
export function parsed<T, Code extends string>(value: T | undefined, diagnostics: Diagnostic<Code>[]): Parsed<T, Code> {
  const ok = value !== undefined && !diagnostics.some(({ severity }) => severity === 'error');
  return (value === undefined ? { ok, diagnostics } : { ok, value, diagnostics }) as Parsed<T, Code>;
}
