import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import type { DkimResult } from '../../dkim/result.ts';
import { fieldsOf, fieldText, type MessageHeader, placeOf } from './fields.ts';
import { type BulkSenderCode, diagnose } from './rules.ts';

const LIST = 'List-Unsubscribe';
const POST = 'List-Unsubscribe-Post';

/** The ways to unsubscribe that a message offers, and what keeps a receiver from offering one click for it (RFC 8058). */
export interface Unsubscribe {
  /** Of all List-Unsubscribe fields. */
  uris: string[];
  findings: Diagnostic<BulkSenderCode>[];
}

/** Reads what a message says about unsubscribing; `dkim` are the results of its signatures. */
export function readUnsubscribe(message: MessageHeader, dkim: readonly DkimResult[]): Unsubscribe {
  const lists = fieldsOf(message, 'list-unsubscribe');
  const posts = fieldsOf(message, 'list-unsubscribe-post');
  const uris = lists.flatMap((field) => listUris(fieldText(message, field)));
  const findings: Unsubscribe['findings'] = [];
  for (const [name, fields] of [
    [LIST, lists],
    [POST, posts],
  ] as const) {
    const second = fields[1];
    if (fields.length === 0) findings.push(diagnose('bulk.unsubscribe-missing', { name }));
    else if (second !== undefined) {
      findings.push(diagnose('bulk.unsubscribe-repeated', { name, count: fields.length }, placeOf(second, name)));
    }
  }
  const [list] = lists;
  if (list !== undefined) findings.push(...judgeUris(uris).map((finding) => ({ ...finding, ...placeOf(list, LIST) })));
  const [post] = posts;
  const value = post && fieldText(message, post);
  // RFC 5234 §2.3: the text in the ABNF is without regard to case.
  if (post !== undefined && value !== undefined && value.toLowerCase() !== 'list-unsubscribe=one-click') {
    findings.push(diagnose('bulk.unsubscribe-post', { value }, placeOf(post, POST)));
  }
  if (list !== undefined && post !== undefined && !dkim.some(coversBoth)) {
    findings.push(diagnose('bulk.unsubscribe-unsigned', {}));
  }
  return { uris, findings };
}

/**
 * `signedHeaders` has each name in h= once for every field that it stands for, so that a name that h= has and the message
 * did not is not in it; and of two fields it would be the lower one, which is why there must be one.
 */
function coversBoth({ result, signedHeaders }: DkimResult): boolean {
  return result === 'pass' && [LIST, POST].every((name) => signedHeaders.includes(name.toLowerCase()));
}

/** RFC 8058 §3.1: one HTTPS URI, and beside it none of HTTP. */
function judgeUris(uris: readonly string[]): Diagnostic<BulkSenderCode>[] {
  const count = uris.filter((uri) => /^https:\/\/[^/?#]/i.test(uri)).length;
  const http = uris.find((uri) => /^http:/i.test(uri));
  return [
    ...(count === 1 ? [] : [diagnose('bulk.unsubscribe-uri', { count })]),
    ...(http === undefined ? [] : [diagnose('bulk.unsubscribe-http', { uri: http })]),
  ];
}

/**
 * The URIs between angle brackets, without the white space inside; comments may stand between them. A value that begins
 * with anything else is to be ignored (RFC 2369 §2).
 */
function listUris(value: string): string[] {
  const uris: string[] = [];
  let depth = 0;
  for (let i = 0; i < value.length; i++) {
    const character = value[i]!;
    if (character === '(') depth++;
    else if (character === ')') depth = Math.max(0, depth - 1);
    else if (character === '<' && depth === 0) {
      const end = value.indexOf('>', i);
      if (end < 0) return uris;
      uris.push(value.slice(i + 1, end).replace(/[ \t]/g, ''));
      i = end;
    } else if (depth === 0 && uris.length === 0 && character !== ' ' && character !== '\t') return [];
  }
  return uris;
}
