import type { Fix } from '../diagnostics/diagnostic.ts';
import { parseIpAddress } from '../names/ip-address.ts';
import { isAlphanumeric } from '../text/characters.ts';
import { meantWord } from '../text/spelling.ts';
import type { SpfTerm } from './record.ts';
import { readTerm } from './term.ts';

const NAMES = ['all', 'include', 'a', 'mx', 'ptr', 'ip4', 'ip6', 'exists', 'redirect', 'exp'] as const;

// Keywords that were translated along with the guide they were copied from (French, German, Spanish).
const TRANSLATED: readonly (readonly [start: RegExp, meant: string])[] = [
  [/^(?:tou(?:s|t|tes)|tod[ao]s?)$/, 'all'],
  [/^(?:incl|einschl|einbez)[^.]*$/, 'include'],
  [/^(?:redir|weiterl|umleit)[^.]*$/, 'redirect'],
  [/^exist[^.]*$/, 'exists'],
];

// RFC 6652 §3: registered modifiers, which evaluation ignores.
const REGISTERED = ['ra', 'rp', 'rr'];

// A longer term is no slip of the keyboard; the bound keeps everything below linear.
const LONGEST = 300;

/** Whether a modifier is neither `redirect` nor `exp`. */
export function isUnknownModifier(term: SpfTerm): boolean {
  return term.kind === 'modifier' && term.name !== 'redirect' && term.name !== 'exp';
}

/**
 * The domain-spec of a term where it is legal by the grammar but no host name: a URL, an e-mail address, terms joined by
 * commas, an empty label. One with macros is left alone.
 */
export function impossibleName({ macro }: SpfTerm): string | undefined {
  if (macro === undefined || macro.parts.length !== 1 || macro.parts[0]!.kind === 'macro') return undefined;
  const { text } = macro;
  let labelStart = 0;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit === 0x2e) {
      if (i === labelStart || i - labelStart > 63) return text;
      labelStart = i + 1;
    } else if (!isAlphanumeric(unit) && unit !== 0x2d && unit !== 0x5f) {
      return text;
    }
  }
  return undefined;
}

/** Whether the text is one term, and one that can have been meant. */
function isPlausible(text: string): boolean {
  const term = readTerm(text, 0, text.length);
  return !('code' in term) && !isUnknownModifier(term) && impossibleName(term) === undefined;
}

/** What to write in place of a faulty or suspicious term. */
export function fixTerm(written: string): Fix | undefined {
  if (written.length > LONGEST) return undefined;
  const term = written.replace(/[–—−]/g, '-').replace(/["'`‘’“”„«»\\\u200b-\u200f\ufeff]/g, '');
  const pieces = term.includes('%') ? [term] : term.split(/[,;]/).filter((piece) => piece !== '');
  const repaired = pieces.map((piece) => (isPlausible(piece) ? piece : rewrite(piece)));
  if (repaired.length > 0 && repaired.every((piece) => isPlausible(piece))) return write(repaired.join(' '));
  const bare = term.replace(/^[-+~?]/, '');
  if (!/[:/=]/.test(bare) && isPlausible(`include:${bare}`)) {
    return { description: `Write "include:${bare}" for its senders or "a:${bare}" for its own addresses` };
  }
  return undefined;
}

/** Two neighbours that were meant as one term: `include: example.com`, `ip4 192.0.2.1`, `- all`. */
export function fixPair(first: string, second: string): Fix | undefined {
  if (first.length + second.length > LONGEST) return undefined;
  const joined = [first + second, `${first}:${second}`].find(isPlausible);
  return joined === undefined ? undefined : write(joined);
}

function write(replacement: string): Fix {
  return { description: `Write "${replacement}"`, replacement };
}

/** The term that was probably meant; not yet known to be one. */
function rewrite(term: string): string {
  const [, qualifier = '', rest = '', name = '', value = ''] = /^([-+~?]?)(([^:=/]*)[:=]?(.*))$/s.exec(term) ?? [];
  const address = [rest, rest.replace(/^ip(?:v?[46])?[^\da-f:]?/i, ''), value].find(isNetwork);
  if (address !== undefined) return `${qualifier}ip${address.includes(':') ? 6 : 4}:${address}`;
  const meant = meantName(name);
  const host = hostIn(value);
  switch (meant) {
    case 'all':
      return `${qualifier}all`;
    case 'redirect':
    case 'exp':
      return `${meant}=${host}`;
    case 'a':
    case 'mx':
      return `${qualifier}${meant}${host && `:${host}`}${/(?:\/\d+)?(?:\/\/\d+)?$/.exec(value)![0]}`;
    case 'ip4':
    case 'ip6':
      return `${qualifier}a:${value}`;
    default:
      return meant === undefined ? '' : `${qualifier}${meant}${host && `:${host}`}`;
  }
}

function isNetwork(text: string): boolean {
  return parseIpAddress(text.replace(/\/\d*$/, '')) !== undefined;
}

function meantName(name: string): string | undefined {
  const lower = name.toLowerCase();
  if (REGISTERED.includes(lower)) return undefined;
  return TRANSLATED.find(([pattern]) => pattern.test(lower))?.[1] ?? meantWord(lower, NAMES);
}

/** The host of a URL, an e-mail address or a name with a prefix length; `%d` is taken for `%{d}`. */
function hostIn(value: string): string {
  return value
    .replace(/^\w*:\/\//, '')
    .replace(/^.*@/s, '')
    .replace(/\/.*$/s, '')
    .replace(/%([a-z])/gi, '%{$1}');
}
