import { publicKeyOf, type ReadKey, readPublicKey, type UnreadableKey } from '../../src/crypto/der.ts';
import type { PublicKey } from '../../src/crypto/provider.ts';
import { latin1 } from '../../src/text/bytes.ts';

/** What `readPublicKey` makes of bytes, its numbers as providers take them. */
export function readKeyBytes(der: Uint8Array): (Omit<ReadKey, 'n' | 'e' | 'key'> & PublicKey) | UnreadableKey {
  const read = readPublicKey(latin1(der));
  return read.ok ? { ...read, ...publicKeyOf(read) } : read;
}
