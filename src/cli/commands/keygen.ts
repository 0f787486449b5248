import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { type DkimKeyPairOptions, generateDkimKeyPair } from '../../dkim/keygen.ts';
import type { Console } from '../console.ts';
import { printFindings } from '../findings.ts';
import { renderJson } from '../output.ts';
import { renderPublication } from '../publication.ts';

export const usage = `mailverdict keygen --domain NAME --selector NAME [options]

Makes a DKIM key pair: writes the private key to a new file that only you can read, and prints the record to publish.

  --domain NAME         domain that will sign
  --selector NAME       name of the key under the domain, for example nov2026
  --algorithm NAME      rsa (default) or ed25519
  --bits NUMBER         of an RSA key: 2048 (default), 1024 to 4096
  --out FILE            file for the private key; SELECTOR._domainkey.DOMAIN.pem where nothing is said
  --json                print the record and the file name as JSON

Exit status: 0 when the key was made, 2 when the call is wrong or the file exists.`;

const options = {
  domain: { type: 'string' },
  selector: { type: 'string' },
  algorithm: { type: 'string' },
  bits: { type: 'string' },
  out: { type: 'string' },
  json: { type: 'boolean' },
} as const;

/** Runs `mailverdict keygen`. */
export async function keygen(args: string[], console: Console): Promise<number> {
  const { values } = parseArgs({ args, options });
  const { domain, selector, algorithm, bits } = values;
  if (domain === undefined || selector === undefined) throw new Error('--domain and --selector are needed');
  const { privateKey, record, diagnostics } = await generateDkimKeyPair({
    domain,
    selector,
    // The library says what is wrong with any other word.
    ...(algorithm !== undefined && { algorithm: algorithm as NonNullable<DkimKeyPairOptions['algorithm']> }),
    ...(bits !== undefined && { bits: Number(bits) }),
  });
  const file = values.out ?? `${record.name}.pem`;
  await writeFile(file, privateKey, { mode: 0o600, flag: 'wx' });
  printFindings(diagnostics, console);
  if (values.json) {
    console.stdout.write(renderJson({ file, record }));
  } else {
    console.stdout.write(`Private key: ${file}

Publish before you sign. ${renderPublication([record])}`);
  }
  return 0;
}
