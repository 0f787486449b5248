import { latin1 } from '../text/bytes.ts';
import { asciiLower } from '../text/characters.ts';

/** What bytes are by their beginning; what a content type or a file name says is not asked. */
export type Form = 'gzip' | 'zip' | 'xml' | 'json' | 'mail';

// A beginning of this length decides.
const START = 4096;
// The elements of a report that something was put in front of.
const LOOK = 65_536;
// RFC 5322 §2.2; an mbox file puts a line before it.
const HEADER_FIELD = /^(?:From [^\r\n]*\r?\n|>From [^\r\n]*\r?\n)?[!-9;-~]{1,100}[ \t]*:/;

/** The form of the bytes, `undefined` where they are nothing that can hold a report. */
export function sniff(bytes: Uint8Array): Form | undefined {
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) return 'gzip';
  if (bytes[0] === 0x50 && bytes[1] === 0x4b && bytes[2] === 3 && bytes[3] === 4) return 'zip';
  const first = firstCharacter(bytes);
  if (first === 0x3c) return 'xml';
  if (first === 0x7b) return 'json';
  return HEADER_FIELD.test(latin1(bytes.subarray(0, START))) ? 'mail' : undefined;
}

/** The first octet that is no white space, byte order mark or half of a UTF-16 character. */
function firstCharacter(bytes: Uint8Array): number | undefined {
  const insignificant = [0x20, 0x09, 0x0a, 0x0d, 0xef, 0xbb, 0xbf, 0xff, 0xfe, 0];
  return bytes.subarray(0, START).find((octet) => !insignificant.includes(octet));
}

/** Which report a text is, `undefined` where it is none. */
export function reportKind(text: string, form: 'xml' | 'json'): 'aggregate' | 'tls' | undefined {
  const start = text.slice(0, LOOK);
  if (form === 'xml') return /<(?:[\w.-]{1,40}:)?feedback[ \t\r\n/>]/i.test(start) ? 'aggregate' : undefined;
  // RFC 8460 §4.4; a report that was cut off may have no more than its beginning.
  return /"(?:organization-name|report-id|date-range|policies)"/.test(start) ? 'tls' : undefined;
}

/** Whether a part is the machine-readable part of a failure report (RFC 5965 §3), whatever its type says. */
export function isFeedbackText(bytes: Uint8Array): boolean {
  // Its fields are one block; behind an empty line somebody else's words begin.
  const [start = ''] = asciiLower(latin1(bytes.subarray(0, START))).split(/\n\r?\n/, 1);
  return HEADER_FIELD.test(start) && /(?:^|\n)feedback-type[ \t]*:/.test(start);
}
