import { type Diagnose, makeDiagnostic } from '../diagnostics/diagnostic.ts';

/** Findings about who the author of a message is. */
export const authorRules = {
  'message.no-from': ['error', 'RFC 5322', '3.6', 'There is no From field'],
  'message.multiple-from': ['error', 'RFC 5322', '3.6', 'There are {count} From fields'],
  'message.hidden-from': ['error', 'RFC 5322', '2.2', 'Other software may see a From field in "{line}"'],
  'message.folded-from': ['warning', 'RFC 5322', '2.2.3', 'A folded line looks like a From field: "{line}"'],
  'message.from-syntax': ['error', 'RFC 5322', '3.4', 'From is no address list ({problem}): "{text}"'],
  'message.no-author-address': ['error', 'RFC 5322', '3.6.2', 'From has no address: "{text}"'],
  'message.author-domain-invalid': ['error', 'RFC 9989', '5.3.1', 'The domain in From is none ({fault}): "{domain}"'],
  'message.multiple-author-domains': ['error', 'RFC 9989', '11.5', 'From has {count} domains: "{first}", "{second}"'],
  'message.route': ['warning', 'RFC 5322', '4.4', 'From has the obsolete route "{text}"'],
  'message.space-in-address': ['warning', 'RFC 5322', '4.4', 'White space or a comment inside the address "{text}"'],
  'message.empty-element': ['info', 'RFC 5322', '4.4', 'From has a comma without an address before it'],
  'message.odd-dots': ['warning', 'RFC 5322', '3.2.3', 'Dots at the edge or side by side in "{text}"'],
  'message.address-as-name': ['warning', 'RFC 5322', '3.4', 'From has an address as name, without quotes: "{text}"'],
  'message.group': ['info', 'RFC 6854', '3', 'From has the group "{text}"'],
  'message.name-shows-address': ['warning', 'RFC 9989', '11.4', '"{text}" shows "{shown}", but the domain is {domain}'],
  'message.name-shows-domain': ['info', 'RFC 9989', '11.4', '"{text}" shows "{shown}", but the domain is {domain}'],
  'message.mixed-scripts': ['info', 'RFC 5890', '4.4', 'Letters of several scripts in "{text}"'],
  'message.invisible-characters': ['info', 'RFC 5890', '4.4', 'Invisible or direction-changing characters in "{text}"'],
  'message.idn-domain': ['info', 'RFC 5890', '2.3.2.1', 'The domain is international: "{written}", in DNS {domain}'],
  'message.invalid-a-label': ['warning', 'RFC 5890', '2.3.2.1', 'The domain {domain} stands for no Unicode name'],
} as const;

export type AuthorCode = keyof typeof authorRules;

export const diagnose: Diagnose<typeof authorRules> = (code, params, place) =>
  makeDiagnostic(authorRules, code, params, place);
