// Only ever loaded by import(): where the engine hashes, nobody needs it.
export { sha256 } from '@noble/hashes/sha2.js';
