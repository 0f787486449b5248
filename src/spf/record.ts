import type { Span } from '../diagnostics/diagnostic.ts';

/** What a mechanism that matches means (RFC 7208 §4.6.2): `+` pass, `-` fail, `~` softfail, `?` neutral. */
export type SpfQualifier = '+' | '-' | '~' | '?';

export type SpfMechanismName = 'all' | 'include' | 'a' | 'mx' | 'ptr' | 'ip4' | 'ip6' | 'exists';

/** The macro letters of RFC 7208 §7.2, lower-cased. */
export type SpfMacroLetter = 's' | 'l' | 'o' | 'd' | 'i' | 'p' | 'v' | 'h' | 'c' | 'r' | 't';

/** A piece of a macro-string (RFC 7208 §7.1): literal text (`%%`, `%_` and `%-` already read) or one macro-expand. */
export type SpfMacroPart =
  | { kind: 'literal'; text: string; span: Span }
  | {
      kind: 'macro';
      letter: SpfMacroLetter;
      /** Written in upper case: the value is percent-encoded (RFC 7208 §7.3). */
      escape: boolean;
      /** How many right-hand parts stay; absent means all. */
      digits?: number;
      reverse: boolean;
      /** The delimiters as written, `.` where none is. */
      delimiters: string;
      span: Span;
    };

/** A macro-string: as written, and in pieces. */
export interface SpfMacroString {
  text: string;
  parts: SpfMacroPart[];
  span: Span;
}

/** A mechanism with its qualifier. */
export interface SpfDirective {
  kind: 'directive';
  /** `+` where none is written. */
  qualifier: SpfQualifier;
  mechanism: SpfMechanismName;
  /** The domain-spec as written; absent means the current domain. */
  domainSpec?: string;
  /** The pieces of `domainSpec`. */
  macro?: SpfMacroString;
  /** The address of `ip4` and `ip6` as written. */
  network?: string;
  /** Prefix lengths that are written; absent ones are 32 and 128. */
  cidr?: { ip4?: number; ip6?: number };
  span: Span;
}

/** `redirect=`, `exp=` or an unknown modifier, which is ignored (RFC 7208 §6). */
export interface SpfModifier {
  kind: 'modifier';
  /** As written; `redirect` and `exp` in lower case. */
  name: string;
  /** The value as written; for `redirect` and `exp` it is a domain-spec. */
  value: string;
  macro: SpfMacroString;
  span: Span;
}

export type SpfTerm = SpfDirective | SpfModifier;

/** An SPF record (RFC 7208 §4.6.1): its terms in order. */
export interface SpfRecord {
  terms: SpfTerm[];
}
