import { show } from '../environment.ts';
import { domainName } from '../names/domain-name.ts';
import { asciiLower, isAscii } from '../text/characters.ts';

/** The authserv-ids of a caller, or a `TypeError`; an empty one would stand for fields that name nobody. */
export function requireIds(action: string, name: string, ids: unknown): asserts ids is readonly string[] {
  const wrong = Array.isArray(ids) ? ids.find((id) => typeof id !== 'string' || id === '') : ids;
  if (!Array.isArray(ids) || wrong !== undefined || ids.includes(undefined)) {
    throw new TypeError(`Cannot ${action}: "${name}" must be an array of authserv-ids, received ${show(wrong)}`);
  }
}

/** What all spellings of an authserv-id have in common: of a name its A-labels, of another text its lower case. */
export function authservIdKey(id: string): string {
  return domainName(id) ?? asciiLower(id);
}

/**
 * Whether an id is another spelling that any software would take for it: other case, or A-labels for U-labels.
 *
 * What may be trusted must be narrower than what is stripped. Full-width letters and the like map to ASCII only in software
 * that maps (UTS 46), and a border host that does not map lets them through: so a U-label counts only where its A-label has xn--.
 */
export function isSameAuthservId(written: string, id: string): boolean {
  if (asciiLower(written) === asciiLower(id)) return true;
  if (authservIdKey(written) !== authservIdKey(id) || written.endsWith('.') !== id.endsWith('.')) return false;
  const labels = authservIdKey(written).split('.');
  return written.split('.').every((label, i) => isAscii(label) || labels[i]?.startsWith('xn--'));
}
