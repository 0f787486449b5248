import type { AggregateSummary } from '../../reports/summary/summary.ts';

/** Messages of one day, week or month. */
export interface Period {
  /** Its first day, or the month: `2026-11-22`, `2026-11`. */
  begin: string;
  messages: number;
  passed: number;
}

const MOST = 31;
const DAY_MS = 86_400_000;

const UNITS = {
  day: (day: string) => day,
  week: monday,
  month: (day: string) => day.slice(0, 7),
} as const;

/**
 * The periods that have mail, in order: days, or weeks or months where there would be too many. Those without are left out:
 * one report with a wrong year would otherwise make a chart of nothing.
 */
export function periodsOf({ days }: AggregateSummary): { unit: 'day' | 'week' | 'month'; periods: Period[] } {
  let periods: Period[] = [];
  for (const unit of ['day', 'week', 'month'] as const) {
    const byBegin = new Map<string, Period>();
    for (const { day, messages, passed } of days) {
      const begin = UNITS[unit](day);
      const period = byBegin.get(begin) ?? { begin, messages: 0, passed: 0 };
      period.messages += messages;
      period.passed += passed;
      byBegin.set(begin, period);
    }
    periods = [...byBegin.values()];
    if (periods.length <= MOST) return { unit, periods };
  }
  return { unit: 'month', periods: periods.slice(-MOST) };
}

function monday(day: string): string {
  const time = Date.parse(day);
  // 1970-01-01 was a Thursday.
  const sinceMonday = (time / DAY_MS + 3) % 7;
  return new Date(time - sinceMonday * DAY_MS).toISOString().slice(0, 10);
}
