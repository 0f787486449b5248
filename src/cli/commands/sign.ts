import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { signMessage } from '../../dkim/sign.ts';
import { signerFromPem } from '../../dkim/signer.ts';
import type { SigningKey, SignOptions } from '../../dkim/signing-options.ts';
import type { Console } from '../console.ts';
import { printFindings } from '../findings.ts';

export const usage = `mailverdict sign MESSAGE --domain NAME --selector NAME --key FILE [options]

Signs a message (a file, or - for standard input) with DKIM and prints it with the signature on top.

  --domain NAME         signing domain (d=)
  --selector NAME       name of the key under the domain (s=); may be repeated, once for each --key
  --key FILE            private key in PEM, PKCS#8 or PKCS#1; may be repeated: one signature for each key
  --expires-in SECONDS  when the signature expires (x=), counted from now; 7d, 12h and 30m are seconds too
  --canonicalization C  relaxed/relaxed (default), relaxed/simple, simple/relaxed or simple/simple
  --auid ADDRESS        agent or user identifier (i=)
  --at TIME             sign as of this time (ISO 8601)
  --field-only          print the DKIM-Signature field alone

Findings go to standard error. Exit status: 0 when it was signed, 2 when the call is wrong or the message must not be signed.`;

const options = {
  domain: { type: 'string' },
  selector: { type: 'string', multiple: true },
  key: { type: 'string', multiple: true },
  'expires-in': { type: 'string' },
  canonicalization: { type: 'string' },
  auid: { type: 'string' },
  at: { type: 'string' },
  'field-only': { type: 'boolean' },
} as const;

/** Runs `mailverdict sign`. */
export async function sign(args: string[], console: Console): Promise<number> {
  const { values, positionals } = parseArgs({ args, options, allowPositionals: true });
  const [file, ...rest] = positionals;
  if (file === undefined || rest.length > 0) throw new Error('name one message');
  const { domain, canonicalization, auid, at, 'expires-in': expiresIn } = values;
  if (domain === undefined) throw new Error('--domain, --selector and --key are needed');
  const time = at === undefined ? new Date() : new Date(at);
  if (Number.isNaN(time.getTime())) throw new Error(`--at must be a time like 2026-05-04T12:00:00Z: found "${at}"`);
  const message = file === '-' ? await gather(console.stdin) : await readFile(file);
  const signed = await signMessage(
    message,
    {
      domain,
      keys: await readKeys(values.selector ?? [], values.key ?? []),
      // The library says what is wrong with any other word.
      ...(canonicalization !== undefined && { canonicalization: canonicalization as Canonicalizations }),
      ...(auid !== undefined && { auid }),
      ...(expiresIn !== undefined && { expiresInSeconds: readSeconds(expiresIn) }),
    },
    { now: () => time },
  );
  printFindings(signed.diagnostics, console);
  console.stdout.write(signed.headers);
  // As octets: a message need not be UTF-8.
  if (!values['field-only']) console.stdout.write(signed.message ?? message);
  return 0;
}

type Canonicalizations = NonNullable<SignOptions['canonicalization']>;

async function readKeys(selectors: readonly string[], files: readonly string[]): Promise<SigningKey[]> {
  if (files.length === 0 || files.length !== selectors.length) {
    throw new Error('--domain, --selector and --key are needed, as many selectors as keys');
  }
  return Promise.all(
    files.map(async (file, i) => {
      try {
        return { selector: selectors[i]!, signer: await signerFromPem(await readFile(file, 'latin1')) };
      } catch (error) {
        throw new Error(`${file}: ${(error as Error).message}`);
      }
    }),
  );
}

async function gather(stream: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function readSeconds(text: string): number {
  const [, digits, unit = 's'] = /^(\d{1,9})([smhd]?)$/.exec(text) ?? [];
  if (digits === undefined) throw new Error(`--expires-in must be a number of seconds, or like 7d: found "${text}"`);
  return Number(digits) * { s: 1, m: 60, h: 3600, d: 86_400 }[unit || 's']!;
}
