import { requireObject } from '../../arguments.ts';
import { requireString, show } from '../../environment.ts';
import { domainName } from '../../names/domain-name.ts';
import { readTerm } from '../../spf/term.ts';
import type { Sender, SenderEnvelope, SenderKey } from './sender.ts';

/** A pattern with what is known filled in. */
export interface Filled {
  /** With braces where a variable is missing; a name is normalized otherwise. */
  text: string;
  known: boolean;
}

/** A term of an SPF record. */
export interface ResolvedTerm extends Filled {
  /** Whether it is the same for all customers. */
  shared: boolean;
}

/** A key of a sender for one customer. */
export interface ResolvedKey {
  selector: Filled;
  domain: Filled;
  /** Whether d= is a domain of the sender. */
  own: boolean;
  cname?: Filled;
  record?: Filled;
}

/** The MAIL FROM of a sender for one customer. */
export interface ResolvedEnvelope {
  domain: Filled;
  /** Whether it is a domain of the sender. */
  own: boolean;
  cname?: Filled;
  mx: Filled[];
  ns: Filled[];
}

/** A sender for one customer. */
export interface ResolvedSender {
  id?: string;
  name: string;
  /** The customer's. */
  domain: string;
  /** That of the mail. */
  author: string;
  envelope?: ResolvedEnvelope;
  terms: ResolvedTerm[];
  at: 'envelope' | 'author';
  keys: ResolvedKey[];
  /** The variables without a value. */
  missing: string[];
}

const ACTION = 'audit the sender';
const METHODS = ['direct', 'relay', 'customer-credentials'];

/** Fills in the patterns of a sender for a customer; a `TypeError` where they make no names. */
export function resolveSender(
  sender: Sender & { id?: string },
  domain: string,
  variables: { readonly [name: string]: string } = {},
): ResolvedSender {
  const { name, method = 'direct', subdomain, spf } = sender;
  requireString(ACTION, 'sender.name', name);
  if (!METHODS.includes(method)) {
    throw new TypeError(
      `Cannot ${ACTION}: "sender.method" must be one of ${METHODS.join(', ')}, received ${show(method)}`,
    );
  }
  const author = subdomain === undefined ? domain : requireName(`${subdomain}.${domain}`);
  requireObject(ACTION, 'variables', variables);
  requireObject(ACTION, 'variables', sender.variables ?? {});
  const values = new Map([...Object.entries(sender.variables ?? {}), ...Object.entries(variables)]);
  for (const [key, value] of values) requireString(ACTION, `variables.${key}`, value);
  values.set('domain', author).set('dashed', author.replaceAll('.', '-'));
  const filling: Filling = { values, missing: new Set() };
  const envelope = method === 'direct' ? sender.envelope : { domain: '{domain}' };
  return {
    ...(sender.id !== undefined && { id: sender.id }),
    name,
    domain,
    author,
    ...(envelope !== undefined && { envelope: resolveEnvelope(filling, envelope) }),
    terms: (spf?.terms ?? []).map((term) => resolveTerm(filling, term)),
    at: spf?.at ?? 'envelope',
    keys: (sender.dkim ?? []).map((key) => resolveKey(filling, key)),
    missing: [...filling.missing],
  };
}

interface Filling {
  values: ReadonlyMap<string, string>;
  missing: Set<string>;
}

function resolveEnvelope(filling: Filling, { domain, cname, mx = [], ns = [] }: SenderEnvelope): ResolvedEnvelope {
  return {
    domain: fillName(filling, domain),
    own: isOwn(domain),
    ...(cname !== undefined && { cname: fillName(filling, cname) }),
    mx: mx.map((host) => fillName(filling, host)),
    ns: ns.map((host) => fillName(filling, host)),
  };
}

function resolveKey(filling: Filling, { selector, domain = '{domain}', cname, record }: SenderKey): ResolvedKey {
  return {
    selector: fillName(filling, selector),
    domain: fillName(filling, domain),
    own: isOwn(domain),
    ...(cname !== undefined && { cname: fillName(filling, cname) }),
    ...(record !== undefined && { record: fill(filling, record) }),
  };
}

function resolveTerm(filling: Filling, pattern: string): ResolvedTerm {
  const { text, known } = fill(filling, pattern);
  if (known && (!/^[!-~]+$/.test(text) || 'code' in readTerm(text, 0, text.length))) {
    throw new TypeError(`Cannot ${ACTION}: "sender.spf.terms" must be terms of an SPF record, received ${show(text)}`);
  }
  return { text, known, shared: text === pattern };
}

function isOwn(domain: string): boolean {
  return !domain.includes('{domain}');
}

function fill({ values, missing }: Filling, pattern: unknown): Filled {
  requireString(ACTION, 'a pattern of the sender', pattern);
  let known = true;
  // "%{i}" is a macro of SPF.
  const text = pattern.replace(/%?\{([^{}]*)\}/g, (braces, name: string) => {
    if (braces.startsWith('%')) return braces;
    const value = values.get(name);
    if (value === undefined) {
      known = false;
      missing.add(name);
    }
    return value ?? braces;
  });
  return { text, known };
}

function fillName(filling: Filling, pattern: unknown): Filled {
  const { text, known } = fill(filling, pattern);
  return { text: known ? requireName(text) : text, known };
}

function requireName(text: string): string {
  const name = domainName(text);
  if (name !== undefined) return name;
  throw new TypeError(`Cannot ${ACTION}: its patterns must make domain names, received ${show(text)}`);
}
