import type { Diagnostic, Span } from '../diagnostics/diagnostic.ts';
import { type DomainNameFault, parseDomainName } from '../names/domain-name.ts';
import { type Mailbox, type MailboxList, parseMailboxList } from '../names/mailbox.ts';
import { latin1, utf8 } from '../text/bytes.ts';
import { type AuthorCode, diagnose } from './author-rules.ts';
import { characterFindings, shownTextFindings } from './display-name.ts';
import {
  endWithoutEmptyLine,
  findHeaderEnd,
  splitHeaderFields,
  startHeaderEndSearch,
  withCrlf,
} from './header-fields.ts';
import { findFromLookalikes } from './hidden-from.ts';
import type { HeaderBlock, HeaderField } from './message.ts';
import { messageBytes } from './source.ts';

const MOST_FINDINGS = 16;
const MOST_QUOTED = 120;

/** The domain of a message's author, or why there is none. */
export interface AuthorResult {
  /** The author domain as A-labels; absent where it is not certain. */
  domain?: string;
  /** The author's address as written; absent where there are several. */
  address?: string;
  /** Set whenever `domain` is absent. */
  reason?: 'no-author-domain' | 'multiple-from' | 'multiple-author-domains' | 'invalid-author-domain';
  /** Where there are several domains or several From fields: every domain that is certain, as A-labels. */
  domains?: string[];
  /**
   * Spans of findings with the subject `From` are UTF-16 offsets into the field's value, from behind the colon on;
   * the others are octets of the header block.
   */
  diagnostics: Diagnostic<AuthorCode>[];
}

/**
 * Reads the domain of the From field (RFC 9989 §5.3.1), and refuses to guess: where the message has no From field, several
 * of them, several domains, or an address list that software reads in different ways, it says why there is none.
 * Nothing in the message makes it throw; a `TypeError` for an argument that is no string or `Uint8Array`.
 *
 * @example
 * parseAuthorDomain('From: "Ann" <ann@Example.com>\r\n\r\nHi').domain; // => 'example.com'
 * parseAuthorDomain('From: a@example.com, b@example.net\r\n\r\n').reason; // => 'multiple-author-domains'
 */
export function parseAuthorDomain(message: string | Uint8Array): AuthorResult {
  const bytes = messageBytes('parse author domain', message);
  const search = startHeaderEndSearch(true);
  const { headerEnd, lineEndings } = findHeaderEnd(bytes, search) ?? endWithoutEmptyLine(bytes, search);
  const header = bytes.subarray(0, headerEnd);
  return authorDomain(splitHeaderFields(lineEndings === 'lf' ? withCrlf(header) : header, 'crlf'));
}

/** As `parseAuthorDomain`, of a header block that was read already. */
export function authorDomain(header: HeaderBlock): AuthorResult {
  const fields = header.fields.filter((field) => field.name === 'from');
  const { hidden, folded } = findFromLookalikes(header);
  const diagnostics = [
    ...folded.map((span) => diagnose('message.folded-from', { line: lineAt(header, span) }, { span })),
    ...hidden.map((span) => diagnose('message.hidden-from', { line: lineAt(header, span) }, { span })),
  ];
  const first = fields[0];
  // RFC 9989 §11.5: which of several From fields the reader is shown, nobody knows. Sender and Resent-From never stand in.
  if (first !== undefined && fields.length + hidden.length > 1) {
    if (fields.length > 1) diagnostics.push(diagnose('message.multiple-from', { count: fields.length }));
    const domains = [...new Set(fields.flatMap((field) => certainDomains(readAuthors(header, field))))];
    return { reason: 'multiple-from', ...(domains.length > 0 && { domains }), diagnostics };
  }
  if (header.cutOff) return { reason: 'invalid-author-domain', diagnostics };
  if (first === undefined) {
    diagnostics.push(diagnose('message.no-from', {}));
    return { reason: 'no-author-domain', diagnostics };
  }
  const author = judgeField(header, first);
  author.diagnostics.unshift(...diagnostics);
  return author;
}

function lineAt({ bytes }: HeaderBlock, { start, end }: Span): string {
  return latin1(bytes, start, Math.min(end, start + MOST_QUOTED));
}

/** What one From field says. */
interface Authors {
  text: string;
  list: MailboxList;
  /** Distinct, as A-labels. */
  domains: string[];
  /** Addresses whose domain is no domain name. */
  invalid: { mailbox: Mailbox; fault: DomainNameFault | 'domain-literal' | 'charset' }[];
}

function readAuthors({ bytes }: HeaderBlock, field: HeaderField): Authors {
  let end = field.end;
  if (bytes[end - 1] === 0x0a) end -= bytes[end - 2] === 0x0d ? 2 : 1;
  const value = bytes.subarray(field.colon + 1, end);
  const decoded = utf8(value);
  const text = decoded ?? latin1(value);
  const list = parseMailboxList(text);
  const domains = new Set<string>();
  const invalid: Authors['invalid'] = [];
  for (const mailbox of list.mailboxes) {
    const fault = readDomain(mailbox.domain, decoded === undefined, domains);
    if (fault !== undefined) invalid.push({ mailbox, fault });
  }
  return { text, list, domains: [...domains], invalid };
}

function readDomain(
  domain: string,
  guessed: boolean,
  domains: Set<string>,
): Authors['invalid'][number]['fault'] | undefined {
  if (domain.startsWith('[')) return 'domain-literal';
  // RFC 6532 §3.1: only UTF-8 has a meaning here; which letter another octet stands for would be a guess.
  if (guessed && /[\x80-\xff]/.test(domain)) return 'charset';
  const result = parseDomainName(domain);
  if (!result.ok) return result.fault;
  domains.add(result.name);
  return undefined;
}

function certainDomains({ list, domains, invalid }: Authors): string[] {
  return list.faults.length === 0 && invalid.length === 0 ? domains : [];
}

function judgeField(header: HeaderBlock, field: HeaderField): AuthorResult {
  const authors = readAuthors(header, field);
  const { list } = authors;
  const diagnostics = syntaxFindings(authors);
  const absent = list.faults.every(
    ({ problem }) => problem === 'text without an address' || problem === 'empty address',
  );
  if (list.mailboxes.length === 0 && absent) {
    const text = quoted(authors.text, { start: 0, end: MOST_QUOTED });
    diagnostics.push(diagnose('message.no-author-address', { text }, { subject: 'From' }));
    return { reason: 'no-author-domain', diagnostics };
  }
  const domains = certainDomains(authors);
  const domain = domains[0];
  if (domain === undefined) return { reason: 'invalid-author-domain', diagnostics };
  if (domains.length > 1) {
    const params = { count: domains.length, first: domain, second: domains[1]! };
    diagnostics.push(diagnose('message.multiple-author-domains', params, { subject: 'From' }));
    return { reason: 'multiple-author-domains', domains, diagnostics };
  }
  diagnostics.push(...readerFindings(authors, domain));
  const address = list.mailboxes[0]!.address;
  const single = list.mailboxes.every((mailbox) => mailbox.address === address);
  return single ? { domain, address, diagnostics } : { domain, diagnostics };
}

/** What a finding quotes is bounded: a result should not hold the message several times over. */
function quoted(text: string, { start, end }: Span): string {
  return text.slice(start, Math.min(end, start + MOST_QUOTED));
}

function syntaxFindings({ text, list, invalid }: Authors): Diagnostic<AuthorCode>[] {
  const faults = list.faults.map(({ problem, span }) =>
    diagnose('message.from-syntax', { problem, text: quoted(text, span) }, { span, subject: 'From' }),
  );
  const names = invalid
    .slice(0, MOST_FINDINGS)
    .map(({ mailbox: { domainSpan: span }, fault }) =>
      diagnose('message.author-domain-invalid', { domain: quoted(text, span), fault }, { span, subject: 'From' }),
    );
  const oddities = list.oddities.map(({ kind, span }) =>
    diagnose(`message.${kind}`, { text: quoted(text, span) }, { span, subject: 'From' }),
  );
  return [...faults, ...names, ...oddities];
}

/** What may make a reader take the author for somebody else; it changes nothing in the result. */
function readerFindings({ text, list }: Authors, domain: string): Diagnostic<AuthorCode>[] {
  const findings: Diagnostic<AuthorCode>[] = [];
  for (const { displayName, localPart, domain: written, span, domainSpan } of list.mailboxes.slice(0, MOST_FINDINGS)) {
    if (displayName !== undefined) findings.push(...shownTextFindings(displayName, domain, span));
    if (localPart.startsWith('"')) findings.push(...shownTextFindings(localPart, domain, span));
    findings.push(...domainFindings(written, domain, domainSpan));
  }
  for (const span of list.comments) findings.push(...shownTextFindings(text.slice(span.start, span.end), domain, span));
  return findings.slice(0, MOST_FINDINGS);
}

function domainFindings(written: string, domain: string, span: Span): Diagnostic<AuthorCode>[] {
  const findings = characterFindings(written, span);
  if (!domain.includes('xn--')) return findings;
  const place = { span, subject: 'From' };
  if (!isIdnHost(domain)) findings.push(diagnose('message.invalid-a-label', { domain }, place));
  findings.push(diagnose('message.idn-domain', { written, domain }, place));
  return findings;
}

/** The URL parser of every runtime knows whether an A-label decodes and encodes to itself (UTS 46). */
function isIdnHost(domain: string): boolean {
  try {
    return new URL(`http://${domain}`).hostname === domain;
  } catch {
    // A TypeError: no valid host.
    return false;
  }
}
