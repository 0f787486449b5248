import { type Diagnostic, escapeControls } from '../diagnostics/diagnostic.ts';
import { type Environment, requireString, show } from '../environment.ts';
import { domainName } from '../names/domain-name.ts';
import { formatIpAddress, type IpAddress, parseIpAddress, unmapIpAddress } from '../names/ip-address.ts';
import { isAlphanumeric, isAscii, isWsp } from '../text/characters.ts';
import { diagnose } from './client-rules.ts';

/** Who connects and what it said (RFC 7208 §2.3, §2.4). */
export interface SpfInput {
  /** The address of the SMTP client. */
  ip: string;
  /** What it said in HELO or EHLO. */
  helo?: string;
  /** What it said in MAIL FROM, with or without angle brackets; `''` is the null reverse path. */
  mailFrom?: string;
  /** Which identity is checked; by default `mailfrom` where `mailFrom` is given. */
  identity?: 'mailfrom' | 'helo';
  /** The name of the host that checks, for `%{r}`. */
  receiver?: string;
}

/** The arguments of check_host() and the values of the macros (RFC 7208 §4.1, §7.2). */
export interface SpfSubject {
  identity: 'mailfrom' | 'helo';
  /** IPv4 where the client's address is IPv4-mapped. */
  ip: IpAddress;
  /** Normalized; absent where the identity has no usable domain, which `shown` then holds. */
  domain?: string;
  shown: string;
  localPart: string;
  /** RFC 8616 §4: terms that use it then match nothing. */
  localPartIsAscii: boolean;
  helo: string;
  receiver: string;
  now: () => Date;
}

const ACTION = 'evaluate SPF';

// RFC 5321 §4.5.3.1 allows a path of 256 octets. Longer ones are seen; these bounds only keep macros from multiplying them.
const MAX_PATH = 1024;
const MAX_HELO = 255;

/** Checks the arguments (`TypeError`) and finds out whose record is asked for. */
export function readSubject(question: SpfInput, env: Environment, diagnostics: Diagnostic[]): SpfSubject {
  const identity = checkArguments(question);
  const { helo, mailFrom, receiver } = question;
  const address = parseIpAddress(question.ip);
  if (address === undefined) {
    throw new TypeError(`Cannot ${ACTION}: "ip" must be an IP address, received ${show(question.ip)}`);
  }
  const ip = unmapIpAddress(address);
  if (ip !== address) {
    diagnostics.push(diagnose('spf.mapped-address', { ip: question.ip, address: formatIpAddress(ip) }));
  }
  const path = identity === 'helo' ? heloPath(helo ?? '') : readReversePath(mailFrom ?? '', helo ?? '', diagnostics);
  const name = path.domain === undefined ? undefined : domainName(path.domain);
  // RFC 7208 §4.3: not a multi-label domain name: none.
  const domain = name?.includes('.') ? name : undefined;
  const shown = domain ?? escapeControls((path.domain ?? path.text).slice(0, MAX_HELO));
  if (domain === undefined) diagnostics.push(diagnose('spf.invalid-domain', { domain: shown }));
  return {
    identity,
    ip,
    ...(domain !== undefined && { domain }),
    shown,
    localPart: path.localPart,
    localPartIsAscii: isAscii(path.localPart),
    helo: heloValue(helo),
    receiver: receiver || 'unknown',
    now: env.now ?? (() => new Date()),
  };
}

function checkArguments(question: SpfInput): 'mailfrom' | 'helo' {
  if (typeof question !== 'object' || question === null) {
    throw new TypeError(`Cannot ${ACTION}: the first argument must be an object with "ip", received ${show(question)}`);
  }
  const { ip, helo, mailFrom, identity, receiver } = question;
  requireString(ACTION, 'ip', ip);
  if (helo !== undefined) requireString(ACTION, 'helo', helo);
  if (mailFrom !== undefined) requireString(ACTION, 'mailFrom', mailFrom);
  if (receiver !== undefined) requireString(ACTION, 'receiver', receiver);
  if (identity !== undefined && identity !== 'mailfrom' && identity !== 'helo') {
    throw new TypeError(`Cannot ${ACTION}: "identity" must be "mailfrom" or "helo", received ${show(identity)}`);
  }
  if (identity === 'mailfrom' || (identity === undefined && mailFrom !== undefined)) {
    requireString(ACTION, 'mailFrom', mailFrom);
    return 'mailfrom';
  }
  if (helo === undefined) {
    const wanted = identity === 'helo' ? '"helo" must be a string' : '"mailFrom" or "helo" must be a string';
    throw new TypeError(`Cannot ${ACTION}: ${wanted}, received undefined`);
  }
  return 'helo';
}

interface ReadPath {
  text: string;
  localPart: string;
  /** As written; absent where the text is no path. */
  domain?: string;
}

function heloPath(helo: string): ReadPath {
  return { text: helo, localPart: 'postmaster', domain: helo };
}

/** `%{h}`: A-labels where it has U-labels (RFC 8616 §4); no name is longer than 253, so longer texts say nothing. */
function heloValue(helo: string | undefined): string {
  if (!helo || helo.length > MAX_HELO) return 'unknown';
  return isAscii(helo) ? helo : (domainName(helo) ?? helo);
}

function readReversePath(text: string, helo: string, diagnostics: Diagnostic[]): ReadPath {
  const path = parseReversePath(text);
  if (path === undefined) {
    diagnostics.push(diagnose('spf.sender-syntax', { value: text }));
    return { text, localPart: 'postmaster' };
  }
  if (path === 'null') {
    // RFC 7208 §2.4: the null reverse path stands for postmaster at the HELO name.
    diagnostics.push(diagnose('spf.null-reverse-path', { helo }));
    return heloPath(helo);
  }
  if (path.routed) diagnostics.push(diagnose('spf.source-route', { value: text }));
  if (path.localPart !== '') return { text, localPart: path.localPart, domain: path.domain };
  // RFC 7208 §4.3: without a local part it is "postmaster".
  diagnostics.push(diagnose('spf.local-part-missing', { value: text }));
  return { text, localPart: 'postmaster', domain: path.domain };
}

/**
 * Takes a reverse path apart: `Reverse-path = "<" [ A-d-l ":" ] local-part "@" domain ">"` (RFC 5321 §4.1.2), the angle
 * brackets, the local part and its "@" optional (RFC 7208 §4.3). `undefined` for anything that two programs could read
 * in two ways: it must not be guessed whose record counts.
 */
function parseReversePath(text: string): { localPart: string; domain: string; routed: boolean } | 'null' | undefined {
  if (text.length > MAX_PATH) return undefined;
  let start = 0;
  let end = text.length;
  while (start < end && isWsp(text.charCodeAt(start))) start++;
  while (end > start && isWsp(text.charCodeAt(end - 1))) end--;
  if (text[start] === '<') {
    if (end - start < 2 || text[end - 1] !== '>') return undefined;
    start++;
    end--;
  }
  if (start === end) return 'null';
  const mailbox = skipRoute(text, start, end);
  const at = lastUnquotedAt(text, mailbox, end);
  if (at === undefined || !isLocalPart(text, mailbox, at)) return undefined;
  const domain = text.slice(at === -1 ? mailbox : at + 1, end);
  return { localPart: text.slice(mailbox, Math.max(at, mailbox)), domain, routed: mailbox > start };
}

/** Where the mailbox begins behind a source route such as `@a.example,@b.example:` (RFC 5321 appendix C). */
function skipRoute(text: string, start: number, end: number): number {
  if (text[start] !== '@') return start;
  for (let i = start; i < end; i++) {
    const unit = text.charCodeAt(i);
    if (unit === 0x3a) return i + 1;
    if (!isAlphanumeric(unit) && unit < 0x80 && !'@,.-_'.includes(text[i]!)) return start;
  }
  return start;
}

/** The last "@" outside quotes, -1 where there is none, `undefined` where a quote does not end. */
function lastUnquotedAt(text: string, start: number, end: number): number | undefined {
  let at = -1;
  let quoted = false;
  for (let i = start; i < end; i++) {
    const c = text[i];
    if (c === '"') quoted = !quoted;
    else if (quoted && c === '\\') i++;
    else if (!quoted && c === '@') at = i;
  }
  return quoted ? undefined : at;
}

/** Whether no character outside quotes could end the local part for another reader; spaces are tolerated. */
function isLocalPart(text: string, start: number, end: number): boolean {
  let quoted = false;
  for (let i = start; i < end; i++) {
    const c = text[i]!;
    const unit = text.charCodeAt(i);
    if (unit < 0x20 || unit === 0x7f) return false;
    if (c === '"') quoted = !quoted;
    else if (quoted && c === '\\') i++;
    else if (!quoted && '()<>[]:;,\\'.includes(c)) return false;
  }
  return true;
}
