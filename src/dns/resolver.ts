/** The record types that a resolver is asked for. */
export type RecordType = 'A' | 'AAAA' | 'CNAME' | 'MX' | 'NS' | 'PTR' | 'TXT';

export interface MxData {
  preference: number;
  exchange: string;
}

/** A TXT record: `text` is its character-strings joined with nothing, one UTF-16 unit per octet (U+0000-00FF). */
export interface TxtData {
  text: string;
  chunks?: string[];
}

/** What one record of a type holds. */
export interface RecordData {
  A: string;
  AAAA: string;
  CNAME: string;
  MX: MxData;
  NS: string;
  PTR: string;
  TXT: TxtData;
}

/** Why there is no answer for now. */
export type FailureReason = 'servfail' | 'refused' | 'timeout' | 'network' | 'malformed';

/** What DNS said: records, no such type at the name, no such name, or nothing usable for now. */
export type DnsAnswer<T extends RecordType = RecordType> = {
  /** The name that was asked for. */
  name: string;
  type: T;
  /** Seconds that the answer may be kept. */
  ttl?: number;
  /** Whether the resolver vouches for the answer by DNSSEC. */
  authenticated?: boolean;
  /** The names that CNAME records led to, in order. */
  cnames?: string[];
} & (
  | { status: 'answer'; records: [RecordData[T], ...RecordData[T][]] }
  | { status: 'nodata' }
  | { status: 'nxdomain' }
  | { status: 'failure'; reason: FailureReason; detail?: string }
);

/** Answers DNS questions. It follows CNAME records, and reports failures as answers instead of throwing. */
export interface Resolver {
  query<T extends RecordType>(name: string, type: T, options?: { signal?: AbortSignal }): Promise<DnsAnswer<T>>;
}
