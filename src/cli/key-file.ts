import { readFile } from 'node:fs/promises';

// 32 octets, the shortest key there is, are 44 characters.
const BASE64_KEY = /^[A-Za-z0-9+/]{43,}={0,2}$/;

/** The text of a public key: of a file, or the base64 itself. */
export async function readKey(given: string): Promise<string> {
  if (BASE64_KEY.test(given)) return given;
  try {
    return await readFile(given, 'latin1');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    throw new Error(`"${given}" is no file, and no key in base64`);
  }
}
