import { type Diagnostic, escapeControls } from '../diagnostics/diagnostic.ts';
import type {
  SpfAddressResult,
  SpfAnalysis,
  SpfAnalyzedRecord,
  SpfAnalyzedTerm,
  SpfFamily,
  SpfVoidCount,
} from '../spf/analysis.ts';
import type { SpfFlattening, SpfOrigin } from '../spf/flatten.ts';
import type { SpfResult } from '../spf/result.ts';
import type { SpfCosts, SpfSimulation } from '../spf/simulate.ts';
import { renderFinding, worstFirst } from './findings.ts';
import { beside, columnsOf, counted, enumerated, pad, table } from './layout.ts';
import { type Look, type Paint, paintResult } from './output.ts';
import { renderPublication } from './publication.ts';
import { spfReasons, spfStatuses } from './reasons.ts';

/** What the SPF of a domain costs and allows, term by term, and what is wrong with it. */
export function renderSpfAnalysis(analysis: SpfAnalysis, look: Look): string[] {
  const { domain, tree, diagnostics } = analysis;
  const lines = [look.paint.strong(`SPF of ${domain}`), ''];
  const rows = tree.status === 'record' ? summarize(analysis, look.paint) : [['Record', spfStatuses[tree.status]]];
  // What cannot be read is not all in the tree.
  if (tree.status === 'syntax' && tree.record !== undefined) rows.push(['Text', escapeControls(tree.record)]);
  lines.push(...table(rows, look.width), '');
  if (tree.terms.length > 0) lines.push(...renderTree(analysis, look), '');
  for (const finding of worstFirst(diagnostics)) lines.push(...renderFinding(finding, look.paint, look.width), '');
  if (diagnostics.length === 0) lines.push('Nothing is wrong with it.', '');
  return lines.slice(0, -1);
}

function summarize({ lookups, addresses, tree, complete }: SpfAnalysis, paint: Paint): string[][] {
  const { terms, limit, voidLimit } = lookups;
  const empty = worstVoid(lookups.void);
  const networks = Object.entries(addresses).flatMap(([result, lists]) =>
    typeof lists === 'string' ? [] : countNetworks(result, lists.ip4.length + lists.ip6.length),
  );
  const rows = [
    ['Lookups', within(`${terms} of ${limit}`, terms <= limit, paint)],
    ['Void', within(`${empty} of ${voidLimit}`, empty <= voidLimit, paint)],
    ['Networks', `${networks.join(', ') || 'none'}; any other address: ${phrase(addresses.otherwise)}`],
    ['Size', counted(tree.record?.length ?? 0, 'octet')],
  ];
  if (!complete) rows.push(['Unknown', 'not every question was answered: the figures are the least that it costs']);
  return rows;
}

function within(text: string, good: boolean, paint: Paint): string {
  return good ? paint.good(text) : paint.bad(`${text}: too many`);
}

/** RFC 7208 §4.6.4 counts for one client, which is of one family. */
function worstVoid({ ip4, ip6 }: SpfVoidCount): number {
  return Math.max(ip4, ip6);
}

function countNetworks(result: string, count: number): string[] {
  return count === 0 ? [] : [`${count} ${phrase(result as SpfAddressResult)}`];
}

function phrase(result: SpfAddressResult): string {
  return result === 'dynamic' ? 'decided by macros' : result;
}

/** One line of the tree. */
interface Row {
  cost?: number;
  total?: number;
  text: string;
  note: string;
}

// The two columns of numbers and what lies between.
const NUMBERS = '  cost  total  ';
// Terms longer than this push their note to the right, not that of all others.
const LONG_TERM = 44;

function renderTree({ tree, lookups }: SpfAnalysis, { paint, width }: Look): string[] {
  const rows: Row[] = [];
  addRows(rows, tree, '', true);
  const column = rows.reduce((most, { text }) => Math.min(LONG_TERM, Math.max(most, text.length)), 0);
  const lines = [paint.faint(`${NUMBERS}term`)];
  for (const { cost, total, text, note } of rows) {
    const over = (total ?? 0) > lookups.limit;
    const numbers = `${String(cost ?? '').padStart(6)}${String(total ?? '').padStart(7)}  `;
    const first = over && (total ?? 0) - (cost ?? 0) <= lookups.limit;
    const notes = [first ? 'beyond the limit' : '', note].filter(Boolean).join('; ');
    const head = `${over ? paint.bad(numbers) : numbers}${text}`;
    if (notes === '') lines.push(head);
    else lines.push(...beside(`${pad(head, columnsOf(numbers) + column)}  `, paint.faint(notes), width));
  }
  return lines;
}

function addRows(rows: Row[], { terms }: SpfAnalyzedRecord, indent: string, own: boolean): void {
  for (let i = 0; i < terms.length; i++) {
    const term = terms[i]!;
    const run = own ? 1 : countPlain(terms, i);
    if (run > MOST_PLAIN) {
      rows.push({ cost: 0, text: `${indent}${escapeControls(term.term)}`, note: `and ${run - 1} more addresses` });
      i += run - 1;
      continue;
    }
    const { cost, total, state } = term;
    rows.push({
      ...(state !== 'unused' && { cost }),
      ...(total !== undefined && { total }),
      text: `${indent}${escapeControls(term.term)}`,
      note: noteOn(term),
    });
    if (term.check !== undefined) addRows(rows, term.check, `${indent}  `, false);
  }
}

// Whose record it is wants to see each term; of others, the addresses one by one tell nobody anything.
const MOST_PLAIN = 3;

/** How many terms that are nothing but addresses stand here in a row. */
function countPlain(terms: readonly SpfAnalyzedTerm[], from: number): number {
  let to = from;
  while (terms[to]?.state === 'static' && (terms[to]?.kind === 'ip4' || terms[to]?.kind === 'ip6')) to++;
  return to - from;
}

const STATES: { readonly [State in SpfAnalyzedTerm['state']]: string } = {
  static: '',
  dynamic: 'depends on the message',
  unknown: 'DNS did not answer',
  unused: 'never evaluated',
  'invalid-target': 'no usable name',
  'mx-limit': 'more than 10 mail exchangers',
};

function noteOn({ kind, state, cost, lookups, missing, void: empty, networks, check }: SpfAnalyzedTerm): string {
  const notes = [STATES[state]];
  if (check !== undefined) notes.push(spfStatuses[check.status]);
  if (lookups > cost) notes.push(`${lookups} lookups in all`);
  if (missing && check === undefined) notes.push('the name does not exist');
  if (empty.length > 0) notes.push(voidFor(empty));
  if (networks.length > 0 && (kind === 'a' || kind === 'mx')) notes.push(counted(networks.length, 'network'));
  return notes.filter(Boolean).join(', ');
}

function voidFor(families: readonly SpfFamily[]): string {
  return families.length > 1 ? 'void' : `void for ${families[0] === 'ip4' ? 'IPv4' : 'IPv6'}`;
}

/** What SPF says of addresses, and which term says so. */
export function renderSpfResults(checks: readonly { ip: string; result: SpfResult }[], look: Look): string[] {
  const { paint, width } = look;
  const rows = checks.map(({ ip, result: { result, reason, matched } }) => {
    const why =
      matched === undefined
        ? reason && spfReasons[reason]
        : `"${escapeControls(matched.term)}" of ${escapeControls(matched.domain)} matches`;
    return [ip, `${paintResult(paint, result)}: ${why}`];
  });
  return [paint.strong(rows.length > 1 ? 'Addresses' : 'Address'), '', ...table(rows, width)];
}

/** What an edit of the record would cost, and which findings come and go with it. */
export function renderSpfSimulation(
  { record, before, after, diagnostics, cured }: SpfSimulation,
  look: Look,
): string[] {
  const { paint, width } = look;
  const lines = [paint.strong('With the change'), ''];
  const rows = COSTS.map(([label, of]) => [label, `${of(after)} instead of ${of(before)}`]);
  lines.push(...table(rows, width), '', ...`Publish. ${renderPublication([record])}`.split('\n'));
  if (diagnostics.length > 0) lines.push(paint.strong('What the change brings'), '');
  for (const finding of worstFirst(diagnostics)) lines.push(...renderFinding(finding, paint, width), '');
  if (cured.length > 0) lines.push(paint.strong('What the change cures'), '');
  for (const finding of worstFirst(cured)) lines.push(...renderFinding(finding, paint, width, []), '');
  return lines.slice(0, -1);
}

const COSTS: readonly (readonly [label: string, of: (costs: SpfCosts) => number])[] = [
  ['Lookups', ({ terms }) => terms],
  ['Void', (costs) => worstVoid(costs.void)],
  ['Octets', ({ octets }) => octets],
];

// The rest is in the JSON.
const MOST_SOURCES = 3;

/** Records within the limit, where each of their networks comes from, and what it means to publish a copy. */
export function renderSpfFlattening({ records, lookups, origins, diagnostics }: SpfFlattening, look: Look): string[] {
  const { paint, width } = look;
  const lines: string[] = [paint.strong('Flattened'), ''];
  if (records.length > 0) {
    lines.push(...beside('  ', `${lookups.after} of ${lookups.limit} lookups instead of ${lookups.before}`, width), '');
    lines.push(...`Publish. ${renderPublication(records)}`.split('\n'));
    if (origins.length > 0) lines.push(paint.strong('Origin of each network'), '');
    lines.push(...table(origins.map(originRow), width), ...(origins.length > 0 ? [''] : []));
  }
  for (const finding of worstFirst(mergeDrift(diagnostics))) lines.push(...renderFinding(finding, paint, width), '');
  return lines.slice(0, -1);
}

/** One finding for all domains whose addresses are copied, in place of one for each. */
function mergeDrift(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  const [first, ...others] = diagnostics.filter(({ code }) => code === 'spf.flatten-drift');
  if (first === undefined) return [...diagnostics];
  const domains = [first, ...others].map(({ params }) => String(params.domain));
  const message = first.message.replace(domains[0]!, () => enumerated(domains));
  return [...diagnostics.filter(({ code }) => code !== first.code), { ...first, message }];
}

function originRow({ network, result, from }: SpfOrigin): string[] {
  const shown = from.slice(0, MOST_SOURCES).map(({ domain, term }) => escapeControls(`${term} of ${domain}`));
  const more = from.length - shown.length;
  return [network, result, [...shown, ...(more > 0 ? [`${more} more`] : [])].join(', ')];
}
