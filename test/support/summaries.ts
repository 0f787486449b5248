import type { AggregateRecord, AggregateReport } from '../../src/reports/aggregate/report.ts';

type Words<Keys extends string> = { readonly [key in Keys]?: string };

/** A record in few words: `dkim` and `spf` say who passed or failed, as `pass example.com s1` and `fail example.com`. */
export function record(
  sourceIp: string,
  count: number,
  parts: {
    from?: string;
    envelopeFrom?: string;
    dkim?: string[];
    spf?: string[];
    /** What the receiver evaluated; by default nothing passes. */
    aligned?: ('dkim' | 'spf')[];
    disposition?: AggregateRecord['policyEvaluated']['disposition'];
    reasons?: { type: string; comment?: string }[];
  } = {},
): AggregateRecord {
  const { aligned = [], disposition = 'none', reasons = [] } = parts;
  const result = (words: string) => {
    const [result = '', domain = '', detail] = words.split(' ');
    return { domain, result, ...(detail !== undefined && { detail }) };
  };
  return {
    sourceIp,
    count,
    policyEvaluated: {
      disposition,
      dkim: aligned.includes('dkim') ? 'pass' : 'fail',
      spf: aligned.includes('spf') ? 'pass' : 'fail',
      reasons,
    },
    identifiers: {
      headerFrom: parts.from ?? 'example.com',
      ...(parts.envelopeFrom !== undefined && { envelopeFrom: parts.envelopeFrom }),
    },
    authResults: {
      dkim: (parts.dkim ?? []).map(result).map(({ detail, ...rest }) => ({
        ...rest,
        ...(detail !== undefined && { selector: detail }),
      })),
      spf: (parts.spf ?? []).map(result).map(({ detail, ...rest }) => ({
        ...rest,
        scope: detail === 'helo' ? 'helo' : 'mfrom',
      })),
    },
  };
}

export const DAY = 86_400;
/** 2026-11-01T00:00:00Z */
export const START = 1_793_491_200;

/** A report about example.com of the day with this number. */
export function report(
  records: AggregateRecord[],
  {
    day = 0,
    orgName = 'Reader',
    domain = 'example.com',
    ...words
  }: Words<'orgName' | 'domain' | 'reportId'> & { day?: number } = {},
): AggregateReport {
  const begin = START + day * DAY;
  return {
    schema: 'rfc9990',
    reportMetadata: {
      orgName,
      reportId: words.reportId ?? `${orgName}-${domain}-${day}`,
      dateRange: { begin, end: begin + DAY - 1 },
      errors: [],
    },
    policyPublished: { domain, p: 'none', adkim: 'r', aspf: 'r' },
    records,
  };
}
