import { formatHeader } from '../authentication-results/format.ts';
import type {
  AuthenticationProperty,
  AuthenticationResult,
  AuthenticationResultsHeader,
} from '../authentication-results/header.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { DkimResult } from '../dkim/result.ts';
import type { DmarcResult } from '../dmarc/result.ts';
import { requireFunction, requireString, show } from '../environment.ts';
import type { SpfResult } from '../spf/result.ts';
import type { MessageVerdict } from './verdict.ts';

// RFC 6008 §4: enough of b= to tell the signatures apart, at least eight characters.
const SIGNATURE_PREFIX = 8;
const MOST_SIGNATURES = 100;

/** What an Authentication-Results field can be made of: a verdict of `authenticateMessage`. */
export interface VerdictToFormat extends Pick<MessageVerdict, 'spf' | 'dkim' | 'dmarc'> {
  /** Of `verifyArc`. */
  arc?: { result: string; oldestPass?: number };
}

export interface FormatAuthenticationResultsOptions {
  /** Whether the message's header may hold UTF-8 (SMTPUTF8, RFC 6532); otherwise what is not ASCII is left out. */
  eai?: boolean;
  /** Is told of everything that the field could not carry. */
  onDiagnostic?: (diagnostic: Diagnostic) => void;
}

/**
 * Writes the value of an Authentication-Results field: of a verdict, or of a field as `parseAuthenticationResults` gives it.
 *
 * One method a line, each line of at most 998 octets. Whatever came from outside is quoted; control characters, text that is
 * not ASCII (unless `eai`) and what is beyond 800 octets of a value are left out, as are methods and properties whose names are
 * no keywords. Everything else is what `parseAuthenticationResults` reads from it again.
 *
 * @param authservId - who says so: a name that is yours alone (RFC 8601 §2.5); without `eai` it is written as A-labels
 * @param verdict - of `authenticateMessage`, or an object with `results`
 * @returns the text behind "Authentication-Results: ", folded with CRLF; the field belongs above all others
 * @throws TypeError when an argument is wrong
 * @see RFC 8601 §2.2
 * @example
 * const results = [{ method: 'iprev', result: 'pass', properties: [{ ptype: 'policy', property: 'iprev', value: '192.0.2.1' }] }];
 * formatAuthenticationResults('mx.example.com', { results }); // => 'mx.example.com;\r\n iprev=pass policy.iprev=192.0.2.1'
 */
export function formatAuthenticationResults(
  authservId: string,
  verdict: VerdictToFormat | Omit<AuthenticationResultsHeader, 'authservId'>,
  options: FormatAuthenticationResultsOptions = {},
): string {
  const action = 'format Authentication-Results';
  requireString(action, 'authservId', authservId);
  if (options.onDiagnostic !== undefined) requireFunction(action, 'onDiagnostic', options.onDiagnostic);
  const { value, diagnostics } = formatHeader({ ...headerOf(action, verdict), authservId }, options.eai);
  if (value.startsWith('""')) {
    throw new TypeError(`Cannot ${action}: "authservId" must name a service, received ${show(authservId)}`);
  }
  if (options.onDiagnostic !== undefined) diagnostics.forEach(options.onDiagnostic);
  return value;
}

function headerOf(
  action: string,
  verdict: VerdictToFormat | Omit<AuthenticationResultsHeader, 'authservId'>,
): Omit<AuthenticationResultsHeader, 'authservId'> {
  if (typeof verdict === 'object' && verdict !== null) {
    if ('results' in verdict && Array.isArray(verdict.results)) {
      if (verdict.version === undefined || verdict.version === 1) return verdict;
      throw new TypeError(`Cannot ${action}: "verdict.version" must be 1, received ${show(verdict.version)}`);
    }
    if ('spf' in verdict && Array.isArray(verdict.dkim)) return { results: resultsOf(verdict) };
  }
  throw new TypeError(`Cannot ${action}: "verdict" must be a verdict or have "results", received ${show(verdict)}`);
}

/** The value of the Authentication-Results field that records a verdict, and what had to be left out of it. */
export function formatVerdict(
  authservId: string,
  verdict: VerdictToFormat,
): { value: string; diagnostics: Diagnostic[] } {
  return formatHeader({ authservId, results: resultsOf(verdict) });
}

function resultsOf({ spf, dkim, dmarc, arc }: VerdictToFormat): AuthenticationResult[] {
  const results: AuthenticationResult[] = [];
  if (spf.mailFrom !== undefined) results.push(spfResult(spf.mailFrom));
  if (spf.helo !== undefined) results.push(spfResult(spf.helo));
  if (dkim.length === 0) results.push({ method: 'dkim', result: 'none', properties: [] });
  // A header block holds sixty thousand signatures: those that were not looked at are said once, and no more than some
  // of those that are no signatures.
  const first = dkim.findIndex(({ reason }, i) => reason === 'too-many-signatures' || i === MOST_SIGNATURES);
  const reported = first === -1 ? dkim : dkim.slice(0, first + 1);
  const prefix = prefixLength(reported);
  for (const result of reported) results.push(dkimResult(result, prefix));
  results.push(dmarcResult(dmarc));
  // RFC 8617 §6: the instance of the oldest signature that still validates.
  if (arc) results.push(entry('arc', arc.result, undefined, properties('header', [['oldest-pass', arc.oldestPass]])));
  return results;
}

function spfResult({ result, reason, identity, domain }: SpfResult): AuthenticationResult {
  // RFC 8601 §2.7.2: only the domain, since SPF says nothing about the local part.
  return entry('spf', result, reason === 'matched' ? undefined : reason, properties('smtp', [[identity, domain]]));
}

function dkimResult(
  { result, reason, domain, selector, auid, algorithm, signatureText }: DkimResult,
  prefix: number,
): AuthenticationResult {
  const named = [
    ['d', domain],
    ['i', auid],
    ['s', selector],
    ['a', algorithm],
    ['b', signatureText?.slice(0, prefix)],
  ] as const;
  return entry('dkim', result, reason, properties('header', named));
}

function dmarcResult({ result, reason, authorDomain, policy }: DmarcResult): AuthenticationResult {
  const from = properties('header', [['from', authorDomain]]);
  // RFC 9989 §9.1: the policy after its options were applied.
  return entry('dmarc', result, reason, properties('policy', [['dmarc', policy?.effective]], from));
}

function entry(
  method: string,
  result: string,
  reason: string | undefined,
  properties: AuthenticationProperty[],
): AuthenticationResult {
  return reason === undefined ? { method, result, properties } : { method, result, reason, properties };
}

/** The values that there are, behind those of other types. */
function properties(
  ptype: string,
  named: readonly (readonly [property: string, value: string | number | undefined])[],
  list: AuthenticationProperty[] = [],
): AuthenticationProperty[] {
  for (const [property, value] of named) if (value !== undefined) list.push({ ptype, property, value: String(value) });
  return list;
}

/** The shortest prefix, of at least eight characters, that no two of the signatures share. */
function prefixLength(results: readonly DkimResult[]): number {
  const sorted = results.flatMap(({ signatureText }) => signatureText ?? []).sort();
  let length = SIGNATURE_PREFIX;
  for (let i = 1; i < sorted.length; i++) {
    const [before, text] = [sorted[i - 1]!, sorted[i]!];
    if (before === text) continue;
    let shared = 0;
    while (shared < text.length && before[shared] === text[shared]) shared++;
    length = Math.max(length, shared + 1);
  }
  return length;
}
