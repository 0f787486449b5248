import { requireString } from '../environment.ts';
import { isAlphanumeric } from '../text/characters.ts';
import type { SpfResult } from './result.ts';

/** What the SMTP session said, as given to `evaluateSpf`. */
export interface ReceivedSpfSession {
  ip: string;
  helo?: string;
  mailFrom?: string;
  receiver?: string;
}

// RFC 5322 §2.1.1: a line has at most 998 octets. The value is one line: what does not fit is left out, least wanted first.
const MAX_LENGTH = 900;
const MAX_VALUE = 255;

/**
 * Writes the value of a Received-SPF field (RFC 7208 §9.1): one line without CR and LF, at most 900 characters, everything
 * that came from outside quoted, and a question mark in place of each character that is not visible ASCII.
 *
 * @param result - of `evaluateSpf`
 * @param session - `ip`, `helo`, `mailFrom` and `receiver` as given to `evaluateSpf`
 * @returns the text behind "Received-SPF: "; the field belongs above all others of that name
 * @throws TypeError when `ip` is no string
 * @example
 * const session = { ip: '192.0.2.1', mailFrom: 'user@example.com', receiver: 'mx.example.net' };
 * const result = await evaluateSpf(session, { resolver: memoryResolver({}) });
 * `Received-SPF: ${formatReceivedSpf(result, session)}`;
 */
export function formatReceivedSpf(result: SpfResult, session: ReceivedSpfSession): string {
  const { ip, helo, mailFrom, receiver } = session;
  requireString('format Received-SPF', 'ip', ip);
  const { identity, reason, matched } = result;
  const values: [key: string, value: string | undefined][] = [
    ['client-ip', ip],
    // RFC 7208 §9.1: helo, and envelope-from "if the MAIL FROM identity was checked".
    ['envelope-from', mailFrom && withoutBrackets(mailFrom)],
    ['helo', helo],
    ['identity', identity],
    ['receiver', receiver],
    ['mechanism', matched?.term ?? (reason === 'no-match' ? 'default' : undefined)],
    ['problem', result.result === 'temperror' || result.result === 'permerror' ? reason : undefined],
  ];
  let list = '';
  for (const [key, value] of values) {
    if (value === undefined) continue;
    const pair = `${list && '; '}${key}=${word(value)}`;
    if (list.length + pair.length <= MAX_LENGTH) list += pair;
  }
  const text = comment(result, ip);
  const withComment = `${result.result} (${text}) ${list}`;
  return withComment.length <= MAX_LENGTH ? withComment : `${result.result} ${list}`;
}

function withoutBrackets(path: string): string {
  return path.startsWith('<') && path.endsWith('>') ? path.slice(1, -1) : path;
}

function comment({ result, reason, domain, identity }: SpfResult, ip: string): string {
  const who = identity === 'helo' ? `HELO ${domain}` : `domain of ${domain}`;
  const says: { [Word in SpfResult['result']]: string } = {
    pass: `designates ${ip} as permitted sender`,
    fail: `does not designate ${ip} as permitted sender`,
    softfail: `does not designate ${ip} as permitted sender, says so weakly`,
    neutral: `says nothing about ${ip}`,
    none: reason === 'invalid-domain' ? 'cannot be looked up' : 'has no SPF record',
    temperror: 'could not be looked up',
    permerror: 'has an SPF record that cannot be used',
  };
  let out = '';
  for (const c of visible(`${who} ${says[result]}`)) out += '()\\'.includes(c) ? `\\${c}` : c;
  return out;
}

/** `dot-atom / quoted-string` (RFC 5322 §3.2.3, §3.2.4). */
function word(value: string): string {
  const text = visible(value);
  if (isDotAtom(text)) return text;
  let out = '';
  for (const c of text) out += c === '"' || c === '\\' ? `\\${c}` : c;
  return `"${out}"`;
}

function isDotAtom(text: string): boolean {
  let start = true;
  for (let i = 0; i < text.length; i++) {
    const dot = text[i] === '.';
    if (dot ? start : !isAlphanumeric(text.charCodeAt(i)) && !"!#$%&'*+-/=?^_`{|}~".includes(text[i]!)) return false;
    start = dot;
  }
  return !start;
}

function visible(value: string): string {
  if (value.length <= MAX_VALUE && !/[^ -~]/.test(value)) return value;
  let out = '';
  for (let i = 0; i < value.length && i < MAX_VALUE; i++) {
    const unit = value.charCodeAt(i);
    out += unit >= 0x20 && unit < 0x7f ? value[i] : '?';
  }
  return out;
}
