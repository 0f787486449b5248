import { isTime } from './values.ts';

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
  // "24:00" is the end of a day in RFC 8460 §4.1's words.
  const match =
    /^([1-9]\d{3})-(\d\d)-(\d\d)[Tt ]([01]\d|2[0-4]):([0-5]\d):([0-5]\d|60)(?:\.\d{1,9})?([Zz]|([+-])([01]\d|2[0-3]):([0-5]\d))?$/.exec(
      text,
    );
  const [, year, month, day, hour, minute, second, zone, sign, offsetHour = '0', offsetMinute = '0'] = match ?? [];
  const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)));
  const minutes =
    Number(hour) * 60 + Number(minute) - Number(`${sign ?? ''}1`) * (Number(offsetHour) * 60 + Number(offsetMinute));
  const seconds = date.getTime() / 1000 + minutes * 60 + Number(second);
  // Date.UTC carries 31 February over into March.
  return isTime(seconds) && date.getUTCMonth() === Number(month) - 1
    ? { seconds, zoned: zone !== undefined }
    : undefined;
}

/** The date-time of RFC 3339 for seconds since 1970. */
export function formatDateTime(seconds: number): string {
  return `${new Date(seconds * 1000).toISOString().slice(0, 19)}Z`;
}
