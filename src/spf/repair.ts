import type { Fix } from '../diagnostics/diagnostic.ts';
import { meantWord } from '../text/spelling.ts';
import { DUAL_CIDR, isImpossible, KNOWN_MODIFIER, MECHANISMS, readTerm } from './term.ts';

// Keywords that were translated along with the guide they were copied from (French, German, Spanish).
const TRANSLATED: readonly (readonly [meant: string, written: RegExp])[] = [
  ['all', /^to[ud][^.]{1,3}$/i],
  ['include', /^(incl|einschl)/i],
  ['redirect', /^(redir|weiterl|umleit)/i],
];

/** Whether the text is one term, and one that can have been meant. */
function isPlausible(text: string): boolean {
  const term = readTerm(text, 0, text.length);
  return !('code' in term || isImpossible(term) || (term.kind === 'modifier' && !KNOWN_MODIFIER.test(term.name)));
}

/** A change that is certain. */
export function write(replacement: string): Fix {
  return { description: replacement ? `Write "${replacement}"` : 'Remove it', replacement };
}

// A guess costs far more than the reading: nobody needs it for a longer term or after so many findings, and a record comes
// from anywhere.
const LONGEST = 300;
const MOST_FINDINGS = 20;

/** What to write in place of a faulty or suspicious term, as far as it is clear what was meant; `found` counts findings. */
export function fixTerm(written: string, found: number): Fix | undefined {
  if (written.length > LONGEST || found > MOST_FINDINGS) return undefined;
  // Dashes and quotes as word processors make them, the quotes and backslashes of a zone file, invisible characters.
  const term = written.replace(/[\u2010-\u2015\u2212]/g, '-').replace(/["'`\\\xab\xbb\u2000-\u206f\ufeff]/g, '');
  // A macro may hold a comma as its delimiter.
  const pieces = term.includes('%') ? [term] : term.split(/[,;\t\r\n\xa0]/).filter(Boolean);
  const meant = pieces.map(rewrite);
  if (!meant.includes(undefined)) return write(meant.join(' '));
  return isPlausible(`a:${term}`) ? { description: `Write "include:${term}" or "a:${term}"` } : undefined;
}

/** Two neighbours that were meant as one term: `include: example.com`, `ip4 192.0.2.1`, `- all`. */
export function fixPair(first: string, second: string): Fix | undefined {
  const joined = [first + second, `${first}:${second}`].find(isPlausible);
  return joined ? write(joined) : undefined;
}

/** The term that was probably meant: the first of a few that is one. */
function rewrite(term: string): string | undefined {
  const [, sign, rest, name = '', value = ''] = /^([-+~?]?)(([^:=/]*)[:=]?(.*))$/.exec(term) ?? [];
  const meant =
    TRANSLATED.find(([, written]) => written.test(name))?.[0] ?? meantWord(name, [...MECHANISMS, 'redirect', 'exp']);
  // A URL, an e-mail address or a name with a prefix length holds the host that was meant.
  const host = value.replace(/^\w*:\/\/|^.*@/, '').replace(/\/.*/, '');
  return [
    term,
    // "a:2001:db8::1" is an address too.
    ...[/^a$/i.test(name) ? value : rest, value].flatMap((address) => [
      `${sign}ip4:${address}`,
      `${sign}ip6:${address}`,
    ]),
    `${meant}=${host}`,
    `${sign}${meant}:${host}${DUAL_CIDR.exec(value)![0]}`,
    `${sign}${meant}:${host}`,
    `${sign}${host && meant !== 'all' ? '' : meant}`,
    /^ip/i.test(name) ? `${sign}a:${host}` : '',
  ].find(isPlausible);
}
