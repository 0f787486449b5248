import type { Fix, Span } from '../diagnostics/diagnostic.ts';
import { ip4Value } from './network.ts';
import type { SpfDirective, SpfTerm } from './record.ts';
import { fixTerm, write } from './repair.ts';
import { finding, type SpfFinding, type SpfRecordCode } from './rules.ts';
import { isImpossible, KNOWN_MODIFIER } from './term.ts';

// RFC 7208 §4.6.4: "limit the total number of those terms to 10 during SPF evaluation".
const LOOKUP_LIMIT = 10;

// A shorter prefix holds more than a million IPv4 addresses, or more than a registry hands out as one IPv6 allocation.
const SHORTEST_IP4 = 12;
const SHORTEST_IP6 = 19;

const CLOSE: Fix = { description: 'End with "~all" or "-all"' };
const LIST: Fix = { description: 'List the addresses that send' };

type Add = (code: SpfRecordCode, span: Span, fix?: Fix) => void;

/** Finds what is legal by the grammar but will not do what its author wants; `report` holds the errors. */
export function lintRecord(text: string, terms: readonly SpfTerm[], report: SpfFinding[]): void {
  const add: Add = (code, span, fix) => report.push(finding(text, code, span, fix));
  // A term that was not understood may be the "all" that is missing.
  const understood = report.length === 0;
  const seen = new Set<string>();
  const lookups: SpfTerm[] = [];
  let all: SpfTerm | undefined;
  let redirect: SpfTerm | undefined;
  for (const term of terms) {
    const { span } = term;
    let key: string;
    if (term.kind === 'modifier') {
      if (!KNOWN_MODIFIER.test(term.name)) {
        lintUnknownModifier(text.slice(span.start, span.end), span, report.length, add);
        continue;
      }
      key = term.name;
      if (key === 'redirect') redirect = term;
    } else {
      if (all) {
        add('spf.ignored-term', span, write(''));
        continue;
      }
      if (term.mechanism === 'all') all = term;
      else if (!term.network) lookups.push(term);
      lintDirective(term, add);
      // What matches does not depend on the qualifier.
      key = text.slice(text[span.start] === term.qualifier ? span.start + 1 : span.start, span.end);
    }
    // RFC 7208 §6: redirect and exp "MUST NOT appear in a record more than once each".
    if (seen.size === seen.add(key).size) add(`spf.duplicate-${term.kind}`, span, write(''));
    if (isImpossible(term)) add('spf.name', span, fixTerm(text.slice(span.start, span.end), report.length));
  }
  if (redirect) {
    if (all) add('spf.ignored-term', redirect.span, write(''));
    else lookups.push(redirect);
  }
  if (!all && !redirect && understood) add('spf.missing-all', { start: text.length, end: text.length }, CLOSE);
  const over = lookups[LOOKUP_LIMIT];
  if (over) add('spf.lookup-limit-likely', over.span, LIST);
}

/** Judges a modifier that evaluation ignores: the begin of a second record, a misspelt term, or really a modifier. */
function lintUnknownModifier(written: string, span: Span, found: number, add: Add): void {
  const fix = fixTerm(written, found);
  if (/^v=/i.test(written)) add('spf.second-record', span, { description: 'Publish one record' });
  else add(fix ? 'spf.misspelt-modifier' : 'spf.unknown-modifier', span, fix);
}

function lintDirective({ mechanism, qualifier, cidr, network, span }: SpfDirective, add: Add): void {
  if (mechanism === 'all' && qualifier === '+') add('spf.pass-all', span, CLOSE);
  if (mechanism === 'all' && qualifier === '?') add('spf.neutral-all', span, CLOSE);
  if (mechanism === 'ptr') add('spf.ptr', span, LIST);
  if (!cidr) return;
  const { ip4 = 32, ip6 = 128 } = cidr;
  if (qualifier === '+' && (ip4 < SHORTEST_IP4 || ip6 < SHORTEST_IP6)) {
    add('spf.wide-range', span, LIST);
  }
  // IPv6 networks have no value here, and a remainder that is not positive.
  if (network && ip4Value(network) % 2 ** (32 - ip4) > 0)
    add('spf.host-bits', span, { description: 'Clear them or write a longer prefix' });
}
