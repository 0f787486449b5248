// What the readers and the writers of reports ask of values.

// 31 December 9999: where RFC 3339 ends.
const MOST_SECONDS = 253_402_300_799;

/** Whether a value is an object with members: no array, and not null. */
export function isObject(value: unknown): value is { readonly [name: string]: unknown } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether a value is a whole number from `least` to `most`. */
export function isWhole(value: unknown, least = 0, most: number = Number.MAX_SAFE_INTEGER): value is number {
  return Number.isSafeInteger(value) && Number(value) >= least && Number(value) <= most;
}

/** Whether a value can be seconds since 1970. */
export function isTime(value: unknown): value is number {
  return isWhole(value, 0, MOST_SECONDS);
}

/** The words of a property's name with something between them: "org_name" for `orgName`. */
export function splitName(property: string, separator: '-' | '_'): string {
  return property.replace(/[A-Z]/g, (letter) => separator + letter.toLowerCase());
}

/** Letters and digits that are the same for the same text, and hardly for another. */
export function checksum(text: string): string {
  let [high, low] = [0x811c9dc5, 0x1b873593];
  for (let i = 0; i < text.length; i++) {
    high = Math.imul(high ^ text.charCodeAt(i), 0x01000193);
    low = Math.imul(low ^ text.charCodeAt(i), 0x5bd1e995) ^ (low >>> 15);
  }
  return (high >>> 0).toString(36) + (low >>> 0).toString(36);
}
