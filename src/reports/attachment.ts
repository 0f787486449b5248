import { requireLimits } from '../arguments.ts';
import { type Parsed, parsed } from '../diagnostics/diagnostic.ts';
import { show } from '../environment.ts';
import type { Limits } from '../limits.ts';
import { isBytes, openChunks } from '../message/source.ts';
import { headerText } from '../text/bytes.ts';
import { asciiLower } from '../text/characters.ts';
import { type Inflated, inflateGzip, inflateRaw } from './inflate.ts';
import { decodeBody, type MimeEntity, readEntity, readParts } from './mime.ts';
import { readStart } from './read-start.ts';
import { diagnose, type ReportCode } from './rules.ts';
import { type Form, isFeedbackText, reportKind, sniff } from './sniff.ts';
import { decodeXml } from './xml-text.ts';
import { baseName, zipMembers } from './zip.ts';

/** A report taken out of what it came in. */
export interface OpenedReport {
  kind: 'aggregate' | 'failure' | 'tls';
  /** What the parser of its kind takes: XML, JSON, or the whole mail of a failure report. Without byte order mark. */
  text: string;
  bytes: Uint8Array;
  /** What it was found in, outermost first: `['mail', 'zip', 'google.com!example.com!….xml']`. The last is its own name, if it has one. */
  path: string[];
}

/** Options of `openReport`. */
export interface OpenReportOptions {
  /** `inflatedBytes`, `inflateRatio` and `archiveMembers`. */
  limits?: Partial<Limits>;
}

type Found = OpenedReport | undefined;

interface Search {
  limits: Limits;
  /** Octets that may still be inflated, parts and members that may still be looked at. */
  inflatable: number;
  members: number;
  diagnostics: ReturnType<typeof diagnose>[];
  /** Why the last thing that was looked at is no report. */
  reason: string;
}

/** Where something was found. */
interface Spot {
  path: readonly string[];
  name?: string;
}

// A mail in a mail in a mail is a forwarded report; more is a game.
const MOST_DEPTH = 8;
// RFC 9990 §3.5.2, RFC 8460 §5.3, and the names that older software has for them.
const TYPE = /^(?:text\/xml|application\/(?:xml|json|(?:x-)?gzip|zip|x-zip-compressed|tlsrpt\+(?:gzip|json)))$/;

/**
 * Finds the report in a mail, a gzip, a zip or plain text, whatever the content types say (RFC 9990 §3.5.2, RFC 8460 §5,
 * RFC 5965). Inflating stops at the limits: what came before them is kept, and a diagnostic says so. There is no value where
 * there is no report. It rejects with what the stream rejects with, and with a `TypeError` for an argument that is no bytes.
 *
 * @example
 * import { openReport } from 'mailverdict/reports';
 * const bytes = new TextEncoder().encode('<feedback><report_metadata/></feedback>');
 * const { value } = await openReport(bytes);
 * value.kind; // => 'aggregate'
 */
export async function openReport(
  bytes: Uint8Array | ReadableStream<Uint8Array>,
  options: OpenReportOptions = {},
): Promise<Parsed<OpenedReport, ReportCode>> {
  const limits = requireLimits('open report', options);
  const search: Search = {
    limits,
    inflatable: limits.inflatedBytes,
    members: limits.archiveMembers,
    diagnostics: [],
    reason: 'it is neither mail, gzip, zip, XML nor JSON',
  };
  const found = find(search, await readAll(search, bytes), { path: [] });
  if (found === undefined) search.diagnostics.push(diagnose('report.not-found', { reason: search.reason }));
  return parsed(found, search.diagnostics);
}

async function readAll(search: Search, source: Uint8Array | ReadableStream<Uint8Array>): Promise<Uint8Array> {
  const limit = search.limits.inflatedBytes;
  const bytes = isBytes(source) ? source : await readChunks(source, limit + 1);
  if (bytes.length > limit) search.diagnostics.push(diagnose('report.too-large', { limit }));
  return bytes.subarray(0, limit);
}

async function readChunks(source: ReadableStream<Uint8Array>, least: number): Promise<Uint8Array> {
  const chunks = openChunks(source, undefined);
  if (chunks === undefined) {
    throw new TypeError(`Cannot open report: "bytes" must be a Uint8Array or ReadableStream, received ${show(source)}`);
  }
  const bytes = await readStart(chunks, least);
  await chunks.close();
  return bytes;
}

function find(search: Search, bytes: Uint8Array, spot: Spot): Found {
  const form = sniff(bytes);
  if (form === undefined) {
    if (bytes.length === 0) search.reason = 'it is empty';
    return undefined;
  }
  if (form === 'xml' || form === 'json') return takeText(search, bytes, form, spot);
  if (isTooDeep(form, spot.path)) {
    search.diagnostics.push(diagnose('report.nested', { container: form, path: spot.path.join(' / ') }));
    search.reason = 'it is nested too deep';
    return undefined;
  }
  return { mail: openMail, gzip: openGzip, zip: openZip }[form](search, bytes, spot);
}

/** No zip in a zip, no third gzip in a gzip: that is how a small file holds a large one. */
function isTooDeep(form: Form, path: readonly string[]): boolean {
  const archives = path.filter((step) => step === 'gzip' || step === 'zip').length;
  return path.length >= MOST_DEPTH || (form === 'zip' && path.includes('zip')) || (form !== 'mail' && archives >= 2);
}

function takeText(search: Search, bytes: Uint8Array, form: 'xml' | 'json', { path, name }: Spot): Found {
  const { text, fault } = decodeXml(bytes);
  const kind = reportKind(text, form);
  if (kind === undefined) {
    search.reason = form === 'xml' ? 'the XML has no "feedback" element' : 'the JSON is no TLS report';
    return undefined;
  }
  if (fault) search.diagnostics.push(diagnose('report.encoding', fault));
  return { kind, text, bytes, path: name ? [...path, name] : [...path] };
}

/** The good part of what was inflated; what is wrong with the rest is a finding. */
function takeInflated(search: Search, { bytes, fault, problem = '' }: Inflated, container: 'gzip' | 'zip'): Uint8Array {
  const { inflatedBytes: limit, inflateRatio: ratio } = search.limits;
  search.inflatable -= bytes.length;
  if (fault === 'too-large') search.diagnostics.push(diagnose('report.too-large', { limit }));
  if (fault === 'bomb') search.diagnostics.push(diagnose('report.bomb', { container, ratio }));
  if (fault === 'damaged') search.diagnostics.push(diagnose('report.damaged', { container, problem }));
  if (fault === 'trailing-data') search.diagnostics.push(diagnose('report.trailing-data', {}));
  return bytes;
}

/** Whether anything more may be inflated. What is not packed is still looked at. */
function mayInflate({ inflatable, limits: { inflatedBytes: limit }, diagnostics }: Search): boolean {
  if (inflatable > 0) return true;
  if (!diagnostics.some(({ code }) => code === 'report.too-large')) {
    diagnostics.push(diagnose('report.too-large', { limit }));
  }
  return false;
}

function openGzip(search: Search, bytes: Uint8Array, { path, name }: Spot): Found {
  if (!mayInflate(search)) return undefined;
  const inflated = inflateGzip(bytes, { ...search.limits, inflatedBytes: search.inflatable });
  const inner = name?.replace(/\.gz$/i, '');
  return find(search, takeInflated(search, inflated, 'gzip'), {
    path: [...path, 'gzip'],
    ...(inner && { name: inner }),
  });
}

function openZip(search: Search, bytes: Uint8Array, { path }: Spot): Found {
  search.reason = 'no member of the zip holds one';
  let first: Found;
  for (const { name, method, encrypted, data } of zipMembers(bytes, search.members + 1)) {
    if (first) {
      if (noteMore(search, name)) break;
      continue;
    }
    if (!countMember(search)) return undefined;
    if (encrypted || (method !== 0 && method !== 8)) {
      search.diagnostics.push(diagnose('report.encrypted', { name, method }));
      continue;
    }
    if (method === 8 && !mayInflate(search)) continue;
    const limits = { ...search.limits, inflatedBytes: search.inflatable };
    const inner = method === 0 ? data : takeInflated(search, inflateRaw(data, limits), 'zip');
    first = find(search, inner, { path: [...path, 'zip'], name });
    if (first?.kind === 'aggregate') search.diagnostics.push(diagnose('report.zip', {}));
  }
  return first;
}

/** Says that there is another report, by its name: one mail or zip carries one (RFC 9990 §3.5.2), and one is what is asked for. */
function noteMore(search: Search, name = ''): boolean {
  const isReport = /\.(?:xml|json|gz|zip)$/i.test(name);
  if (isReport) search.diagnostics.push(diagnose('report.more', { name }));
  return isReport;
}

function countMember(search: Search): boolean {
  if (search.members-- > 0) return true;
  const limit = search.limits.archiveMembers;
  if (search.members === -1) search.diagnostics.push(diagnose('report.too-many-members', { limit }));
  return false;
}

function openMail(search: Search, bytes: Uint8Array, { path }: Spot): Found {
  search.reason = 'no part of the mail holds one';
  const inside = [...path, 'mail'];
  const mail = readEntity(bytes);
  const failure = (): OpenedReport => ({ kind: 'failure', text: headerText(bytes), bytes, path: inside });
  if (isFeedbackReport(mail)) return failure();
  // Parts that wait, the next one last; iterative, since parts may hold parts.
  const waiting: MimeEntity[] = [mail];
  let first: Found;
  for (let part = waiting.pop(); part !== undefined; part = waiting.pop()) {
    if (part.type.startsWith('multipart/')) {
      waiting.push(...readParts(part).reverse());
      continue;
    }
    if (first) {
      if (noteMore(search, part.fileName)) break;
      continue;
    }
    if (!countMember(search)) return undefined;
    const content = decodeBody(part);
    if (part.type === 'message/feedback-report' || isFeedbackText(content)) return failure();
    first = openPart(search, part, content, inside);
  }
  return first;
}

/** RFC 5965 §2 */
function isFeedbackReport({ type, parameters }: MimeEntity): boolean {
  return type === 'multipart/report' && asciiLower(parameters.get('report-type') ?? '') === 'feedback-report';
}

function openPart(search: Search, part: MimeEntity, content: Uint8Array, path: readonly string[]): Found {
  const { type, fileName } = part;
  // The words of a covering letter can look like a header.
  const isMail = type === 'message/rfc822' || type === 'message/global' || /\.eml$/i.test(fileName ?? '');
  if (sniff(content) === 'mail' && !isMail) return undefined;
  const found = find(search, content, { path, ...(fileName && !isMail && { name: baseName(fileName) }) });
  if (found === undefined || isMail || TYPE.test(type)) return found;
  search.diagnostics.push(diagnose('report.content-type', { type }));
  return found;
}
