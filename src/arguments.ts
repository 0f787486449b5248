import { requireString, show } from './environment.ts';
import { type Limits, resolveLimits } from './limits.ts';
import { domainName } from './names/domain-name.ts';

/**
 * The name of a record that stands under fixed labels of a domain, as `_dmarc` does; both as A-labels. A `TypeError` unless
 * the domain is a domain name and the whole is short enough; `action` completes "Cannot …".
 */
export function requireRecordName(action: string, prefix: string, domain: unknown): { domain: string; name: string } {
  const normalized = requireDomain(action, 'domain', domain);
  // Easily passed along with the name of the record, which would then be under "_dmarc._dmarc".
  if (prefix !== '' && normalized.startsWith(prefix)) {
    throw new TypeError(`Cannot ${action}: "domain" must be without "${prefix}", received ${show(domain)}`);
  }
  const name = domainName(prefix + normalized);
  if (name === undefined) {
    throw new TypeError(`Cannot ${action}: "${prefix}${normalized}" is longer than a domain name may be`);
  }
  return { domain: normalized, name };
}

/** Throws a `TypeError` unless the value is absent or one of those allowed. */
export function requireOneOf(action: string, name: string, value: unknown, allowed: readonly string[]): void {
  if (value === undefined || (typeof value === 'string' && allowed.includes(value))) return;
  const list = allowed.map((word) => `"${word}"`).join(', ');
  throw new TypeError(`Cannot ${action}: "${name}" must be one of ${list}, received ${show(value)}`);
}

/** One string or several as a list; a `TypeError` for anything else. */
export function requireList(action: string, name: string, value: unknown): string[] {
  if (value === undefined) return [];
  const list: unknown[] = Array.isArray(value) ? value : [value];
  for (const item of list) requireString(action, name, item);
  return list as string[];
}

/** Throws a `TypeError` unless the options are an object. */
export function requireOptions(action: string, options: unknown): void {
  if (typeof options !== 'object' || options === null) {
    throw new TypeError(`Cannot ${action}: the options must be an object, received ${show(options)}`);
  }
}

/** Throws a `TypeError` unless the value is absent, true or false. */
export function requireFlag(action: string, name: string, value: unknown): void {
  if (value !== undefined && typeof value !== 'boolean') {
    throw new TypeError(`Cannot ${action}: "${name}" must be true or false, received ${show(value)}`);
  }
}

/** The limits of a call over the defaults; a `TypeError` unless the options and the limits are objects. */
export function requireLimits(action: string, options: { limits?: Partial<Limits> }): Readonly<Limits> {
  requireOptions(action, options);
  const { limits } = options;
  if (limits !== undefined && (typeof limits !== 'object' || limits === null)) {
    throw new TypeError(`Cannot ${action}: "limits" must be an object, received ${show(limits)}`);
  }
  return resolveLimits(limits);
}

/** Throws a `TypeError` unless the value is an object and no array; `action` completes "Cannot …". */
export function requireObject(action: string, name: string, value: unknown): void {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new TypeError(`Cannot ${action}: "${name}" must be an object, received ${show(value)}`);
  }
}

/** The normalized domain, or a `TypeError`. */
export function requireDomain(action: string, name: string, value: unknown): string {
  requireString(action, name, value);
  const domain = domainName(value);
  if (domain === undefined) {
    throw new TypeError(`Cannot ${action}: "${name}" must be a domain name, received ${show(value)}`);
  }
  return domain;
}
