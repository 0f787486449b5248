import { decodeEncodedWords } from '../message/encoded-word.ts';
import { domainName } from '../names/domain-name.ts';
import { asciiLower } from '../text/characters.ts';
import { type FieldReader, skipCfws, startFieldReader } from '../text/structured-field.ts';
import { authservIdKey } from './authserv-id.ts';
import { readHead } from './head.ts';
import { readInstance } from './parse.ts';
import { isKeyword, isToken } from './value.ts';

// An id is at the beginning, and what has no end takes the time of its length squared to decode.
const MOST_DECODED = 500;

/** Which fields are taken for forged besides those that name one of the ids. */
export interface ClaimOptions {
  unnamed?: boolean;
  unknownVersions?: boolean;
}

/** Whether a field claims, in any reading that software might give it, to be of one of the services; `keys` of their ids. */
export function claims(reader: FieldReader, keys: ReadonlySet<string>, arc: boolean, options: ClaimOptions): boolean {
  if (arc) readInstance(reader);
  const start = reader.at;
  const { authservId, version = 1, next } = readHead(reader);
  if (keys.has(authservIdKey(authservId))) return true;
  if (version !== 1 && options.unknownVersions) return true;
  if (next === 'results' && reader.fault === undefined && isPlainToken(authservId)) return false;
  if (next === 'no-id' && options.unnamed) return true;
  // A method where the id belongs names nobody; what its properties name is somebody else's business.
  if (next === 'no-id' && reader.fault === undefined && isMethodAt(reader)) return false;
  return mentions(uncertainPart(reader, start), keys);
}

/** A token that has nothing of what Unicode calls white space: some software trims that off. */
function isPlainToken(text: string): boolean {
  return isToken(text) && !/\s/.test(text);
}

function isMethodAt({ text, at }: FieldReader): boolean {
  let end = at;
  while (end < text.length && !' \t\r\n=/(;'.includes(text[end]!)) end++;
  return isKeyword(text.slice(at, end));
}

/** Where a fault leaves it open what is quoted and what is a comment, all of it; else what the id might be read from. */
function uncertainPart({ text, fault }: FieldReader, start: number): string {
  if (fault !== undefined) return text.slice(start);
  let from = start;
  while (from < text.length && '; \t\r\n'.includes(text[from]!)) from++;
  const semicolon = text.indexOf(';', from);
  return text.slice(from, semicolon === -1 ? text.length : semicolon);
}

/** Whether an id is among the words of a text: as it is, decoded, or with everything left out that some software leaves out. */
function mentions(text: string, keys: ReadonlySet<string>): boolean {
  const decoded = text.includes('=?') ? decodeEncodedWords(text.slice(0, MOST_DECODED)) : '';
  return [text, decoded, squeeze(text)].some((part) => {
    const lower = asciiLower(part);
    // An id that is no name, such as one with a space in it, is no word.
    for (const key of keys) if (domainName(key) === undefined && lower.includes(key)) return true;
    const words = lower.match(/(?:[\w.-]|(?!\s)[\x80-\uffff])+/g) ?? [];
    return words.some((word) => keys.has(authservIdKey(withoutEdges(word))));
  });
}

function withoutEdges(word: string): string {
  let start = 0;
  let end = word.length;
  while (start < end && '.-'.includes(word[start]!)) start++;
  while (end > start && '.-'.includes(word[end - 1]!)) end--;
  return word.slice(start, end);
}

/** The text without comments, white space, quotes, backslashes and control characters. */
function squeeze(text: string): string {
  let visible = '';
  for (const c of text) if (c === ' ' || (c > ' ' && c !== '\x7f')) visible += c;
  const reader = startFieldReader(visible);
  let out = '';
  for (skipCfws(reader); reader.at < reader.end; skipCfws(reader)) {
    const c = visible[reader.at++]!;
    if (c !== '"' && c !== '\\') out += c;
  }
  return out;
}
