import { type Parsed, parsed } from '../diagnostics/diagnostic.ts';
import { requireString } from '../environment.ts';
import { cureKeyRecord } from './key-cure.ts';
import { lintKeyRecord } from './key-lint.ts';
import { readKeyRecord } from './key-reader.ts';
import type { DkimCode } from './rules.ts';
import type { DkimTag } from './signature.ts';

/** A DKIM key record (RFC 6376 §3.6.1). Properties carry the tag names, defaults filled in. */
export interface DkimKeyRecord {
  v?: string;
  /** The key type as written, lower-cased; `rsa` where none is written. */
  k: string;
  /** The hash algorithms that may be used, lower-cased; absent means all. */
  h?: string[];
  n?: string;
  /** The key in base64 without white space; empty means revoked. */
  p?: string;
  /** Service types, lower-cased; `['*']` where none is written. */
  s: string[];
  /** Flags, lower-cased: `y` testing, `s` no subdomains in i=. */
  t: string[];
  /** What the bytes of `p` are; absent where they are no key that we know. */
  keyType?: 'rsa' | 'ed25519';
  /** Bits of the RSA modulus, 256 for Ed25519. */
  keyBits?: number;
  revoked: boolean;
  tags: DkimTag[];
}

/**
 * Reads the text of a TXT record as a DKIM public key (RFC 6376 §3.6.1, RFC 8301 §3, RFC 8463 §4.2): its tags, and the
 * type and size of the key in bits. The findings cover faults as well as what harms in practice: a key cut off, PEM,
 * quotes, a weak key, test mode. The value is there, with all that was understood, unless the text is another record.
 * No text makes it throw, only an argument that is no string.
 *
 * @example
 * const parsed = parseDkimKeyRecord('v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=');
 * console.log(parsed.value?.keyType, parsed.value?.keyBits);
 */
export function parseDkimKeyRecord(text: string): Parsed<DkimKeyRecord, DkimCode> {
  requireString('parse DKIM key record', 'text', text);
  const reading = readKeyRecord(text);
  // Most records have no fault, and then there is nothing to cure.
  if (reading.diagnostics.some(({ severity }) => severity === 'error')) return cureKeyRecord(text);
  lintKeyRecord(text, reading);
  return parsed(reading.record, reading.diagnostics);
}
