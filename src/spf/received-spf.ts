import { requireString } from '../environment.ts';
import { isDotAtom } from '../text/structured-field.ts';
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
  return visible(`${who} ${says(result, reason, ip)}`).replace(/[()\\]/g, '\\$&');
}

function says(result: SpfResult['result'], reason: SpfResult['reason'], ip: string): string {
  switch (result) {
    case 'pass':
      return `designates ${ip} as permitted sender`;
    case 'fail':
      return `does not designate ${ip} as permitted sender`;
    case 'softfail':
      return `does not designate ${ip} as permitted sender, says so weakly`;
    case 'neutral':
      return `says nothing about ${ip}`;
    case 'none':
      return reason === 'invalid-domain' ? 'cannot be looked up' : 'has no SPF record';
    case 'temperror':
      return 'could not be looked up';
    case 'permerror':
      return 'has an SPF record that cannot be used';
  }
}

/** `dot-atom / quoted-string` (RFC 5322 §3.2.3, §3.2.4). */
function word(value: string): string {
  const text = visible(value);
  return isDotAtom(text) ? text : `"${text.replace(/["\\]/g, '\\$&')}"`;
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
