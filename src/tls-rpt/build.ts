import { requireList, requireOptions, requireRecordName } from '../arguments.ts';
import { type Parsed, parsed } from '../diagnostics/diagnostic.ts';
import { type Publishable, publishTxt } from '../dns/publishable.ts';
import { writeReportUris } from '../names/report-uri.ts';
import { parseTlsRptRecord } from './parse.ts';
import type { TlsRptRecordCode } from './rules.ts';

export interface TlsRptRecordOptions {
  domain: string;
  /** Where reports go: e-mail addresses, mailto or https URIs. */
  rua: string | string[];
}

const ACTION = 'build the TLS-RPT record';

/**
 * Builds a TLS-RPT record (RFC 8460 §3).
 *
 * @throws TypeError where an option is of the wrong type
 * @example
 * const { value } = buildTlsRptRecord({ domain: 'example.com', rua: 'tls@example.com' });
 * value?.zoneLine; // => '_smtp._tls.example.com. IN TXT "v=TLSRPTv1; rua=mailto:tls@example.com"'
 */
export function buildTlsRptRecord(options: TlsRptRecordOptions): Parsed<Publishable, TlsRptRecordCode> {
  requireOptions(ACTION, options);
  const { name } = requireRecordName(ACTION, '_smtp._tls.', options.domain);
  const text = `v=TLSRPTv1; rua=${writeReportUris(requireList(ACTION, 'rua', options.rua)).join(',')}`;
  return parsed(publishTxt(name, text), parseTlsRptRecord(text).diagnostics);
}
