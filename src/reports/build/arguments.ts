import { show } from '../../environment.ts';

/** Throws a `TypeError` unless the value is an object; `action` completes "Cannot …". */
export function requireObject(action: string, name: string, value: unknown): void {
  if (typeof value !== 'object' || value === null) {
    throw new TypeError(`Cannot ${action}: "${name}" must be an object, received ${show(value)}`);
  }
}
