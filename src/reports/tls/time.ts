/** A time, and whether the text says in which zone. */
export interface ReadTime {
  /** Since 1970, UTC, rounded down. */
  seconds: number;
  zoned: boolean;
}

/**
 * Reads a date-time of RFC 3339 §5.6; the zone may be missing, and is UTC then.
 *
 * ```
 * date-time   = full-date "T" full-time
 * time-offset = "Z" / ("+" / "-") time-hour ":" time-minute
 * ```
 */
export function parseDateTime(text: string): ReadTime | undefined {
  const match = /^(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(?:\.\d{1,9})?(?:([Zz])|([+-])(\d\d):(\d\d))?$/.exec(
    text,
  );
  if (match === null) return undefined;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const [offsetHour, offsetMinute] = [Number(match[9] ?? 0), Number(match[10] ?? 0)];
  const date = new Date(Date.UTC(year, month - 1, day));
  // Date.UTC carries 31 February over into March. "24:00" is the end of a day in RFC 8460 §4.1's words.
  if (year < 1970 || date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return undefined;
  if (hour > 24 || minute > 59 || second > 60 || offsetHour > 23 || offsetMinute > 59) return undefined;
  const offset = (match[8] === '-' ? -1 : 1) * (offsetHour * 3600 + offsetMinute * 60);
  const seconds = date.getTime() / 1000 + hour * 3600 + minute * 60 + second - offset;
  return { seconds, zoned: match[7] !== undefined || match[8] !== undefined };
}

/** The date-time of RFC 3339 for seconds since 1970. */
export function formatDateTime(seconds: number): string {
  return `${new Date(seconds * 1000).toISOString().slice(0, 19)}Z`;
}
