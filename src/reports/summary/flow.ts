import { domainName } from '../../names/domain-name.ts';
import { formatIpAddress, parseIpAddress, unmapIpAddress } from '../../names/ip-address.ts';
import { asciiLower } from '../../text/characters.ts';
import type { AggregateRecord } from '../aggregate/report.ts';
import type { SummaryFlow } from './summary.ts';

/** A flow without its address: of the many flows of a summary, few differ in more than that. */
export type FlowKind = Omit<SummaryFlow, 'sourceIp'>;

/** A result of DKIM or SPF: domain, selector or scope (empty where there is none), and result. */
type ResultKey = [domain: string, detail: string, result: string];

/** Reads records; names and addresses, which come again and again, are normalized once each. */
export interface FlowReader {
  domain(text: string): string;
  address(text: string): string;
  /** The key of the kind. */
  kind(record: AggregateRecord, policyDomain: string): string;
}

export function createFlowReader(): FlowReader {
  const domain = remember((text) => domainName(text) ?? asciiLower(text));
  const selector = remember(asciiLower);
  return {
    domain,
    address: remember(readAddress),
    kind({ policyEvaluated, identifiers, authResults }, policyDomain) {
      const { disposition, dkim, spf, reasons } = policyEvaluated;
      const { headerFrom, envelopeFrom } = identifiers;
      return keyOf([
        domain(headerFrom),
        policyDomain,
        envelopeFrom === undefined ? 0 : domain(envelopeFrom),
        disposition,
        dkim,
        spf,
        reasons.some(isArc) ? 1 : 0,
        reasons.map(({ type }) => type),
        authResults.dkim.map((result) => [domain(result.domain), selector(result.selector ?? ''), result.result]),
        authResults.spf.map((result) => [domain(result.domain), result.scope ?? '', result.result]),
      ]);
    },
  };
}

function remember(read: (text: string) => string): (text: string) => string {
  const known = new Map<string, string>();
  return (text) => {
    let value = known.get(text);
    if (value === undefined) {
      value = detached(read(text));
      known.set(detached(text), value);
    }
    return value;
  };
}

/**
 * The same, made anew. What a parser cuts from a text may be kept as a view of the whole text (V8 does so from 13 characters
 * on), and a summary that holds a name of each report would hold all reports. The way through JSON copies in all engines.
 */
export function detached<T>(value: T): T {
  return JSON.parse(JSON.stringify(value));
}

function readAddress(text: string): string {
  const address = parseIpAddress(text);
  return address === undefined ? text : formatIpAddress(unmapIpAddress(address));
}

/** RFC 8617 §7.2.2: `local_policy` with a comment such as `arc=pass as[1].d=example.net as[1].s=s1`. */
function isArc({ type, comment }: { type: string; comment?: string }): boolean {
  return type === 'local_policy' && comment !== undefined && asciiLower(comment).includes('arc=pass');
}

/** All that makes a kind, in the order of its key. */
type KindParts = [
  headerFrom: string,
  policyDomain: string,
  envelopeFrom: string | 0,
  disposition: FlowKind['disposition'],
  dkim: FlowKind['dkim'],
  spf: FlowKind['spf'],
  arc: 0 | 1,
  reasons: string[],
  signatures: ResultKey[],
  envelopes: ResultKey[],
];

/** A text that no other kind has; from it the kind is made. */
function keyOf(parts: KindParts): string {
  const [, , , , , , , reasons, signatures, envelopes] = parts;
  if (reasons.length > 1) parts[7] = [...new Set(reasons)].sort();
  if (signatures.length > 1) parts[8] = distinct(signatures);
  if (envelopes.length > 1) parts[9] = distinct(envelopes);
  return JSON.stringify(parts);
}

function distinct(results: ResultKey[]): ResultKey[] {
  return results.sort(compareResults).filter((result, i) => i === 0 || compareResults(result, results[i - 1]!) !== 0);
}

function compareResults(a: ResultKey, b: ResultKey): number {
  for (let i = 0; i < 3; i++) if (a[i] !== b[i]) return a[i]! < b[i]! ? -1 : 1;
  return 0;
}

/** The key of a flow's kind. */
export function kindKey(flow: SummaryFlow): string {
  return keyOf([
    flow.headerFrom,
    flow.policyDomain,
    flow.envelopeFrom ?? 0,
    flow.disposition,
    flow.dkim,
    flow.spf,
    flow.arc ? 1 : 0,
    flow.reasons,
    flow.signatures.map(({ domain, selector = '', result }) => [domain, selector, result]),
    flow.envelopes.map(({ domain, scope = '', result }) => [domain, scope, result]),
  ]);
}

export function kindOf(key: string): FlowKind {
  const parts: KindParts = JSON.parse(key);
  const [headerFrom, policyDomain, envelopeFrom, disposition, dkim, spf, arc, reasons, signatures, envelopes] = parts;
  return {
    headerFrom,
    ...(envelopeFrom !== 0 && { envelopeFrom }),
    policyDomain,
    disposition,
    dkim,
    spf,
    reasons,
    ...(arc === 1 && { arc: true }),
    signatures: signatures.map(([domain, selector, result]) => ({ domain, ...(selector && { selector }), result })),
    envelopes: envelopes.map(([domain, scope, result]) => ({
      domain,
      ...((scope === 'mfrom' || scope === 'helo') && { scope }),
      result,
    })),
  };
}
