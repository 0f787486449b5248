import { requireString } from '../environment.ts';
import { domainName, parentName } from '../names/domain-name.ts';
import { isWsp } from '../text/characters.ts';
import type { OrganizationalDomainStrategy } from './alignment.ts';

// What the list says about one name: it is a suffix, every name right below it is, or it is one no matter what.
const SUFFIX = 1;
const WILDCARD = 2;
const EXCEPTION = 4;

/**
 * Reads a public suffix list and returns the function that names organizational domains by it; the function returns
 * `undefined` for a public suffix and for what is no domain name.
 *
 * The private section counts; cut the text where that section begins to go by the registries' rules alone. What is no rule
 * is skipped, so a text without any rule makes every top-level domain, and nothing else, a public suffix.
 *
 * @param listText - the text of <https://publicsuffix.org/list/public_suffix_list.dat>
 * @throws TypeError when the text is not a string
 * @see RFC 7489 §3.2, <https://github.com/publicsuffix/list/wiki/Format>
 * @example
 * import { publicSuffixFrom } from 'mailverdict/public-suffix';
 * const organizationalDomain = publicSuffixFrom('com\nuk\nco.uk\n');
 * organizationalDomain('mail.example.co.uk'); // => 'example.co.uk'
 */
export function publicSuffixFrom(listText: string): OrganizationalDomainStrategy {
  requireString('read the public suffix list', 'listText', listText);
  const rules = readRules(listText);
  return (domain) => {
    const name = typeof domain === 'string' ? domainName(domain) : undefined;
    return name === undefined ? undefined : registrableDomain(rules, name);
  };
}

function readRules(text: string): Map<string, number> {
  const rules = new Map<string, number>();
  for (let start = 0; start < text.length; ) {
    const newline = text.indexOf('\n', start);
    const end = newline === -1 ? text.length : newline;
    readRule(rules, text, start, end);
    start = end + 1;
  }
  return rules;
}

function readRule(rules: Map<string, number>, text: string, start: number, lineEnd: number): void {
  if (text.startsWith('//', start)) return;
  // "Each line is only read up to the first whitespace."
  let end = start;
  while (end < lineEnd && !isWsp(text.charCodeAt(end)) && text[end] !== '\r') end++;
  const exception = text[start] === '!';
  const wildcard = text.startsWith('*.', start);
  // The format allows a wildcard in the middle of a rule; the list has never had one, and it would be no domain name here.
  const name = domainName(text.slice(start + (exception ? 1 : wildcard ? 2 : 0), end));
  if (name === undefined) return;
  rules.set(name, (rules.get(name) ?? 0) | (exception ? EXCEPTION : wildcard ? WILDCARD : SUFFIX));
}

/** The public suffix and the label before it, by the algorithm of the list: from the longest name to the top-level domain. */
function registrableDomain(rules: ReadonlyMap<string, number>, domain: string): string | undefined {
  let found: string | undefined;
  let matched = false;
  let below: string | undefined;
  for (let name: string | undefined = domain; name !== undefined; ) {
    const rule = rules.get(name) ?? 0;
    // An exception prevails over every other rule, and the suffix is the rule without its leftmost label.
    if (rule & EXCEPTION) return name;
    const parent = parentName(name);
    const isSuffix = rule & SUFFIX || (parent !== undefined && (rules.get(parent) ?? 0) & WILDCARD);
    // The rule with the most labels prevails over the other rules, and "*" holds where there is none.
    if (!matched && (isSuffix || parent === undefined)) {
      matched = true;
      found = below;
    }
    below = name;
    name = parent;
  }
  return found;
}
