import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { messageBytes } from '../message/source.ts';
import { latin1, utf8 } from '../text/bytes.ts';
import { isAscii } from '../text/characters.ts';
import { startFieldReader } from '../text/structured-field.ts';
import { authservIdKey, isSameAuthservId, requireIds } from './authserv-id.ts';
import { readFields } from './fields.ts';
import type { ParsedAuthenticationResults, ParsedResult } from './header.ts';
import { readAuthenticationResults } from './parse.ts';
import { isKnownPtype, registeredResults } from './registry.ts';
import type { AuthenticationResultsCode } from './rules.ts';
import { diagnose, type SelectCode } from './select-rules.ts';

/** A field that names a trusted service, with the results that may be used. */
export interface SelectedAuthenticationResults extends ParsedAuthenticationResults {
  /** Which header field of the message this is, counted from 0 at the top. */
  headerIndex: number;
  /** Octet offsets of the field in the message: of its name, and behind its last line break. */
  start: number;
  end: number;
  /**
   * How many Received fields stand above it: each is a host that handled the message afterwards. A host may be trusted only
   * as far down as the hosts above it are (RFC 8601 §7.1); 0 is a field that was added after the last one.
   */
  receivedAbove: number;
  /** Spans are UTF-16 offsets into the field's value, from behind the colon on. */
  diagnostics: Diagnostic<AuthenticationResultsCode | SelectCode>[];
}

export interface SelectAuthenticationResultsOptions {
  /** The authserv-ids that your own hosts write; an empty list selects nothing. */
  trusted: readonly string[];
  /** Methods outside IANA's registry that you agreed on with those who write them, such as `bimi` (RFC 8601 §2.7.6). */
  experimental?: readonly string[];
}

/**
 * Finds the Authentication-Results fields that name a trusted service, topmost first, with the results that a consumer may use.
 *
 * That a field names your host does not say that your host wrote it: the host at your border must remove what came from
 * outside (`stripAuthenticationResults`), or you must count the Received fields above. Ids are compared without case, and
 * U-labels as their A-labels. Of a field whose beginning, quotes or comments leave a doubt, or whose version is not known, no
 * result is given; results that RFC 8601 §4.1 has consumers ignore are left out; diagnostics say so. Messages inside the
 * message are not looked at.
 *
 * @param message - in text or bytes; the header is enough
 * @param options - `trusted`: the authserv-ids to believe
 * @returns one entry for each such field; `[]` where there is none
 * @throws TypeError when an argument is wrong
 * @see RFC 8601 §4.1
 * @example
 * const message = 'Authentication-Results: mx.example.com; spf=pass smtp.mailfrom=example.net\r\n\r\n';
 * selectAuthenticationResults(message, { trusted: ['mx.example.com'] })[0].results[0].result; // => 'pass'
 * selectAuthenticationResults(message, { trusted: [] }); // => []
 */
export function selectAuthenticationResults(
  message: string | Uint8Array,
  options: SelectAuthenticationResultsOptions,
): SelectedAuthenticationResults[] {
  const action = 'select Authentication-Results';
  const bytes = messageBytes(action, message);
  requireIds(action, 'trusted', options?.trusted);
  if (options.experimental !== undefined) requireIds(action, 'experimental', options.experimental);
  const { trusted, experimental = [] } = options;
  const selected: SelectedAuthenticationResults[] = [];
  if (trusted.length === 0) return selected;
  let receivedAbove = 0;
  for (const [headerIndex, { name, start, colon, end }] of readFields(bytes).fields.entries()) {
    if (name === 'received') receivedAbove++;
    if (name !== 'authentication-results') continue;
    const value = bytes.subarray(colon + 1, end);
    const text = utf8(value);
    const { header, diagnostics, certain } = readAuthenticationResults(startFieldReader(text ?? latin1(value)));
    if (!isTrusted(header.authservId, trusted, text !== undefined)) continue;
    const entry = { ...header, headerIndex, start, end, receivedAbove, diagnostics: [...diagnostics] };
    selected.push({ ...entry, results: certain ? usableResults(entry, experimental) : [] });
  }
  removeContradictions(selected);
  return selected;
}

function isTrusted(authservId: string, trusted: readonly string[], isText: boolean): boolean {
  // Which letter an octet stands for in a field that is no UTF-8 would be a guess.
  if (authservId === '' || (!isText && !isAscii(authservId))) return false;
  return trusted.some((id) => isSameAuthservId(authservId, id));
}

/** RFC 8601 §4.1: a method, a result or a ptype that is not known MUST be ignored. */
function usableResults(
  { results, diagnostics }: Pick<SelectedAuthenticationResults, 'results' | 'diagnostics'>,
  experimental: readonly string[],
): ParsedResult[] {
  return results.filter((result) => {
    const finding = experimental.some((method) => method.toLowerCase() === result.method)
      ? undefined
      : whyIgnored(result);
    if (finding !== undefined) diagnostics.push(finding);
    return finding === undefined;
  });
}

function whyIgnored({ method, version = 1, result, ...rest }: ParsedResult): Diagnostic<SelectCode> | undefined {
  const { span, methodSpan, resultSpan } = rest;
  const known = registeredResults(method);
  if (known === undefined) return diagnose('authentication-results.unknown-method', { method }, { span: methodSpan });
  // RFC 8601 §2.6: a version may change what a result means.
  if (version !== 1) return diagnose('authentication-results.unknown-method-version', { method, version }, { span });
  if (!known.includes(result)) {
    return diagnose('authentication-results.unknown-result', { method, result }, { span: resultSpan });
  }
  // A property without any ptype (Microsoft's "action=none") says nothing; one with another ptype voids the result.
  const odd = rest.properties.find(({ ptype }) => ptype !== '' && !isKnownPtype(ptype));
  return odd && diagnose('authentication-results.unknown-ptype', { ptype: odd.ptype }, { span: odd.nameSpan });
}

/** RFC 6008 §4: of unequal results for one signature from one authserv-id, none is used. */
function removeContradictions(fields: SelectedAuthenticationResults[]): void {
  const verdicts = new Map<string, string>();
  const contradicted = new Set<string>();
  for (const { authservId, results } of fields) {
    const id = authservIdKey(authservId);
    for (const result of results) {
      const key = signatureKey(id, result);
      if (key === undefined) continue;
      if ((verdicts.get(key) ?? result.result) !== result.result) contradicted.add(key);
      verdicts.set(key, result.result);
    }
  }
  if (contradicted.size === 0) return;
  for (const field of fields) {
    const id = authservIdKey(field.authservId);
    field.results = field.results.filter((result) => {
      const key = signatureKey(id, result);
      if (key === undefined || !contradicted.has(key)) return true;
      const signature = signatureOf(result) ?? '';
      field.diagnostics.push(diagnose('authentication-results.contradiction', { signature }, { span: result.span }));
      return false;
    });
  }
}

function signatureOf({ method, properties }: ParsedResult): string | undefined {
  if (method !== 'dkim') return undefined;
  return properties.find(({ ptype, property }) => ptype === 'header' && property === 'b')?.value;
}

function signatureKey(id: string, result: ParsedResult): string | undefined {
  const signature = signatureOf(result);
  return signature === undefined ? undefined : `${id} ${signature}`;
}
