import { requireString, show } from '../environment.ts';
import { domainName, parseDomainName } from '../names/domain-name.ts';

/** Where a key is published, as A-labels. */
export interface KeyPlace {
  domain: string;
  selector: string;
  /** RFC 6376 §3.6.2.1: selector, `_domainkey`, domain. */
  name: string;
}

const SUFFIX = '._domainkey';

/** Throws a `TypeError` unless both are names under which a key can be published; `action` completes "Cannot …". */
export function requireKeyPlace(action: string, domain: unknown, selector: unknown): KeyPlace {
  requireString(action, 'domain', domain);
  requireString(action, 'selector', selector);
  const name = domainName(domain);
  if (!name?.includes('.')) {
    throw new TypeError(`Cannot ${action}: "domain" must be a domain name with a dot, received ${show(domain)}`);
  }
  // A selector may be a date; only as part of a longer name is "20230601" no address.
  const prefix = parseDomainName(selector + SUFFIX);
  if (!prefix.ok) {
    throw new TypeError(`Cannot ${action}: "selector" must be labels of a domain name, received ${show(selector)}`);
  }
  const whole = `${prefix.name}.${name}`;
  // Easily passed along with the name of the record, which would then be under "_domainkey" twice.
  if (/_domainkey\..*_domainkey\./.test(whole)) {
    throw new TypeError(
      `Cannot ${action}: "selector" and "domain" must be without "_domainkey", received ${show(whole)}`,
    );
  }
  if (domainName(whole) === undefined) {
    throw new TypeError(`Cannot ${action}: "${whole}" is longer than a domain name may be`);
  }
  return { domain: name, selector: prefix.name.slice(0, -SUFFIX.length), name: whole };
}
