import { requireRecordName } from '../arguments.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { readLookup } from '../dns/record-lookup.ts';
import { DnsSession } from '../dns/session.ts';
import { lookupTxt } from '../dns/txt.ts';
import { type Environment, requireEnvironment } from '../environment.ts';
import { type Limits, resolveLimits } from '../limits.ts';
import { isTlsRptRecord, parseTlsRptRecord } from './parse.ts';
import type { TlsRptRecord } from './record.ts';
import { tlsRptLookupRules } from './verdict-rules.ts';

export interface TlsRptOptions {
  limits?: Partial<Limits>;
}

/** What a domain publishes for TLS-RPT. */
export interface TlsRptResult {
  domain: string;
  /**
   * `found`: a sound record. `none`: the domain has none. `invalid`: what it publishes is of no use. `unknown`: the question
   * failed for now.
   */
  status: 'found' | 'none' | 'invalid' | 'unknown';
  /** Set where the status is `invalid` or `unknown`. */
  reason?: 'dns-failure' | 'multiple-records' | 'record-syntax' | 'record-too-large';
  /** The name of the record. */
  name: string;
  /** The record as published, where there is exactly one. */
  text?: string;
  record?: TlsRptRecord;
  diagnostics: Diagnostic[];
}

const ACTION = 'look up TLS-RPT';

/**
 * Looks up where a domain wants reports about TLS failures (RFC 8460 §3): the record at `_smtp._tls`.
 *
 * @throws TypeError where an argument is wrong; the reason of `env.signal` when it aborts
 * @example
 * const resolver = memoryResolver({ '_smtp._tls.example.com': { TXT: ['v=TLSRPTv1; rua=mailto:tls@example.com'] } });
 * (await lookupTlsRpt('example.com', { resolver })).status; // => 'found'
 */
export async function lookupTlsRpt(
  domain: string,
  env: Environment,
  options: TlsRptOptions = {},
): Promise<TlsRptResult> {
  const { domain: normalized, name } = requireRecordName(ACTION, '_smtp._tls.', domain);
  requireEnvironment(ACTION, env);
  const limits = resolveLimits(options.limits);
  const lookup = await lookupTxt(name, isTlsRptRecord, DnsSession.open(env, limits), limits);
  return { domain: normalized, name, ...readLookup(lookup, 'tls-rpt', tlsRptLookupRules, parseTlsRptRecord, limits) };
}
