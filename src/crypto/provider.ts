/** The numbers of a public key: `n` and `e` big-endian without leading zeros, an Ed25519 key its 32 raw bytes. */
export type PublicKey = { type: 'rsa'; n: Uint8Array; e: Uint8Array } | { type: 'ed25519'; key: Uint8Array };

/** A key that is ready to verify with. */
export interface ImportedKey {
  /**
   * Whether `signature` is this key's over `data`. For RSA that is RSASSA-PKCS1-v1_5 with SHA-256 over the data
   * (RFC 8017 §8.2.2); for Ed25519, PureEdDSA over the data itself, which for DKIM is a hash (RFC 8463 §3).
   */
  verify(data: Uint8Array, signature: Uint8Array): boolean | Promise<boolean>;
}

/** An incremental hash. */
export interface Hash {
  update(bytes: Uint8Array): void;
  digest(): Uint8Array | Promise<Uint8Array>;
}

/** Who hashes and verifies: `nativeCrypto()`, `portableCrypto`, or one of the caller's. */
export interface CryptoProvider {
  /** `native`, `portable`, `webcrypto`, or the caller's. */
  name: string;
  createHash(algorithm: 'sha256'): Hash;
  importKey(key: PublicKey): ImportedKey | Promise<ImportedKey>;
}
