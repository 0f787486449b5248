import { requireLimits } from '../../arguments.ts';
import { type Parsed, parsed } from '../../diagnostics/diagnostic.ts';
import { show } from '../../environment.ts';
import type { Limits } from '../../limits.ts';
import { isBytes } from '../../message/source.ts';
import { type DecodedText, decodeXml } from '../xml-text.ts';
import { createFindings, type Findings } from './findings.ts';
import { buildHead, schemaOf } from './head.ts';
import { createReader, type ReportReader } from './reader.ts';
import { buildRecord } from './record.ts';
import type { AggregateRecord, AggregateReport, AggregateReportHead } from './report.ts';
import type { AggregateCode } from './rules.ts';

/** Options of `parseAggregateReport`. */
export interface ParseReportOptions {
  /** `xmlDepth` and `reportRecords`. */
  limits?: Partial<Limits>;
}

/**
 * Parses the XML of an aggregate report (RFC 9990 §3.1.1, RFC 7489 Appendix C). It takes what is really sent: every deviation
 * is a diagnostic, and an `error` among them means that something was lost; a bad record never costs the others.
 * Times are epoch seconds; spans count UTF-16 units of the text, in which bytes have no byte order mark. There is no value
 * where the text holds no report. Nothing in it makes the function throw; a `TypeError` for any other argument.
 *
 * @example
 * import { parseAggregateReport } from 'mailverdict/reports';
 * const { value } = parseAggregateReport(`<feedback>
 *   <report_metadata><org_name>Example</org_name><report_id>1</report_id>
 *     <date_range><begin>1709683200</begin><end>1709769599</end></date_range></report_metadata>
 *   <policy_published><domain>example.com</domain><p>none</p></policy_published>
 *   <record>
 *     <row><source_ip>192.0.2.1</source_ip><count>3</count>
 *       <policy_evaluated><disposition>none</disposition><dkim>pass</dkim><spf>fail</spf></policy_evaluated></row>
 *     <identifiers><header_from>example.com</header_from></identifiers>
 *     <auth_results><spf><domain>example.net</domain><result>pass</result></spf></auth_results>
 *   </record>
 * </feedback>`);
 * value.records[0].count; // => 3
 * value.records[0].authResults.spf; // => [{ domain: 'example.net', result: 'pass' }]
 */
export function parseAggregateReport(
  xml: string | Uint8Array,
  options: ParseReportOptions = {},
): Parsed<AggregateReport, AggregateCode> {
  if (typeof xml !== 'string' && !isBytes(xml)) {
    throw new TypeError(`Cannot parse aggregate report: "xml" must be a string or Uint8Array, received ${show(xml)}`);
  }
  const limits = requireLimits('parse aggregate report', options);
  const findings = createFindings();
  const records: AggregateRecord[] = [];
  const reader = startReport(findings, limits, (record) => records.push(record));
  reader.write(decode(findings, xml));
  reader.close();
  const head = endReport(findings, reader, records.length);
  return parsed(head && { ...head, records }, findings.list());
}

function decode(findings: Findings, xml: string | Uint8Array): string {
  const isText = typeof xml === 'string';
  const { text, byteOrderMark, fault }: DecodedText = isText
    ? { text: xml, byteOrderMark: xml.startsWith('\ufeff') }
    : decodeXml(xml);
  if (byteOrderMark) findings.add('aggregate.byte-order-mark', {}, isText ? { start: 0, end: 1 } : undefined);
  if (fault) findings.add('aggregate.encoding', fault);
  return text;
}

/** Reads records as they end; a record that cannot be used is a finding. */
export function startReport(
  findings: Findings,
  limits: Pick<Limits, 'xmlDepth' | 'reportRecords'>,
  onRecord: (record: AggregateRecord) => void,
): ReportReader {
  let number = 0;
  let schema: AggregateReport['schema'] | undefined;
  const reader = createReader(findings, limits.xmlDepth, (draft) => {
    if (++number > limits.reportRecords) {
      if (number === limits.reportRecords + 1) {
        findings.add('aggregate.too-many-records', { limit: limits.reportRecords }, draft.span);
      }
      return;
    }
    schema ??= schemaOf(reader.head);
    const record = buildRecord(findings, draft, number, schema);
    if (record !== undefined) onRecord(record);
  });
  return reader;
}

/** The report without its records, `undefined` where there is none. */
export function endReport(findings: Findings, reader: ReportReader, records: number): AggregateReportHead | undefined {
  if (reader.head.namespace === undefined) {
    findings.add('aggregate.not-a-report', {});
    return undefined;
  }
  const head = buildHead(findings, reader.head);
  if (records === 0) findings.add('aggregate.no-records', {});
  return head;
}
