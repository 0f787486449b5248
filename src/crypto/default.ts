import { nativeCrypto } from './native.ts';
import { portableCrypto } from './portable.ts';
import type { CryptoProvider } from './provider.ts';

/** The provider of a call whose environment names none. No runtime is asked for its name, only for the capability. */
export function defaultCrypto(): CryptoProvider {
  return nativeCrypto() ?? portableCrypto;
}
