import { requireList, requireOneOf, requireOptions } from '../arguments.ts';
import { type Diagnostic, type Parsed, parsed } from '../diagnostics/diagnostic.ts';
import { type Publishable, publishTxt } from '../dns/publishable.ts';
import { requireString, show } from '../environment.ts';
import { type BimiBuildCode, diagnose } from './build-rules.ts';
import { formatBimiRecord } from './format.ts';
import { parseBimiRecord } from './parse.ts';
import { requireBimiName } from './place.ts';
import type { BimiRecordCode } from './rules.ts';

export interface BimiRecordOptions {
  domain: string;
  /** `default` where nothing is said. */
  selector?: string;
  /** Where the indicator is: an https URI that ends in .svg or .svgz. Left out only to decline. */
  l?: string;
  /** Where the certificate is: an https URI. */
  a?: string;
  avp?: 'brand' | 'personal';
  /** Prefixes of local parts that have records of their own. */
  lps?: string | string[];
  /** Says that the domain takes no part. */
  declined?: boolean;
}

const ACTION = 'build the BIMI record';

type Code = BimiRecordCode | BimiBuildCode;

/**
 * Builds a BIMI assertion record (draft-brand-indicators-for-message-identification §4.3).
 *
 * @throws TypeError where an option is of the wrong type, or there is neither `l` nor `declined`
 * @example
 * const { value } = buildBimiRecord({ domain: 'example.com', l: 'https://example.com/logo.svg', a: 'https://example.com/vmc.pem' });
 * value?.name; // => 'default._bimi.example.com'
 * value?.text; // => 'v=BIMI1; l=https://example.com/logo.svg; a=https://example.com/vmc.pem'
 */
export function buildBimiRecord(options: BimiRecordOptions): Parsed<Publishable, Code> {
  requireOptions(ACTION, options);
  const { selector = 'default', declined = false, l = '', a = '', avp = 'brand' } = options;
  const { name } = requireBimiName(ACTION, selector, options.domain);
  requireString(ACTION, 'l', l);
  requireString(ACTION, 'a', a);
  requireOneOf(ACTION, 'avp', avp, ['brand', 'personal']);
  if (l === '' && a === '' && !declined) {
    throw new TypeError(`Cannot ${ACTION}: "l" must be the URI of the indicator, received ${show(options.l)}`);
  }
  const diagnostics: Diagnostic<Code>[] = [];
  const lps: string[] = [];
  for (const value of requireList(ACTION, 'lps', options.lps)) {
    if (/^[a-z\d-]{1,63}$/i.test(value)) lps.push(value);
    else diagnostics.push(diagnose('bimi.build-local-part', { value }));
  }
  if (declined && (l !== '' || a !== '')) diagnostics.push(diagnose('bimi.build-declined', {}));
  const text = formatBimiRecord({ v: 'BIMI1', l, a, avp, lps, declined, tags: [] });
  diagnostics.push(...parseBimiRecord(text).diagnostics);
  if (!declined) diagnostics.push(diagnose('bimi.build-policy', {}));
  return parsed(publishTxt(name, text), diagnostics);
}
