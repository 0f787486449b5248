import { show } from '../../environment.ts';
import { domainName } from '../../names/domain-name.ts';

/** Throws a `TypeError` unless the value is an object; `action` completes "Cannot …". */
export function requireObject(action: string, name: string, value: unknown): void {
  if (typeof value !== 'object' || value === null) {
    throw new TypeError(`Cannot ${action}: "${name}" must be an object, received ${show(value)}`);
  }
}

/** The normalized domain, or a `TypeError`. */
export function requireDomain(action: string, name: string, value: unknown): string {
  const domain = typeof value === 'string' ? domainName(value) : undefined;
  if (domain === undefined) {
    throw new TypeError(`Cannot ${action}: "${name}" must be a domain name, received ${show(value)}`);
  }
  return domain;
}
