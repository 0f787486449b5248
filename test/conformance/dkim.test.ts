import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { DkimResult } from '../../src/dkim/result.ts';
import { verifyDkimSignatures } from '../../src/dkim/verify.ts';
import { memoryResolver, type Zone } from '../../src/resolvers/memory.ts';
import { conformanceAbsent, conformancePath, hasConformance } from '../support/conformance.ts';

// Signed in 2018 and later, and none expires.
const now = () => new Date('2025-03-01T00:00:00Z');

async function verify(folder: string, file: string, crlf = false): Promise<DkimResult[]> {
  const zone = JSON.parse(readFileSync(conformancePath(`dkim/${folder}/zone.json`), 'utf8')) as Zone;
  const bytes = readFileSync(conformancePath(`dkim/${folder}/${file}`));
  const message = crlf ? Buffer.from(bytes.toString('latin1').replaceAll('\n', '\r\n'), 'latin1') : bytes;
  return verifyDkimSignatures(new Uint8Array(message), { resolver: memoryResolver(zone), now });
}

function word({ result, reason }: DkimResult): string {
  return reason === undefined ? result : `${result} ${reason}`;
}

// Every file that is not here has one signature, which passes.
const others: { readonly [file: string]: string[] } = {
  'ill_formed-from.eml': [],
  'rfc6376-A.2-body_modified.eml': ['fail body-hash'],
  'rfc6376-A.2-header_subject_modified.eml': ['fail signature'],
  'rfc6376-A.2-ill_formed-missing_v.eml': ['permerror missing-tag'],
  'flags_s-auid_is_subdomain_of_sdid.eml': ['permerror domain-mismatch'],
  'rfc8463-A.3.eml': ['pass', 'pass'],
  'rfc8463-A.3-key_algo_mismatch.eml': ['permerror key-mismatch', 'permerror key-mismatch'],
};

if (!hasConformance) {
  test(conformanceAbsent, () => expect(hasConformance).toBe(false));
} else {
  describe('the messages of lieser/dkim_verifier', () => {
    const files = readdirSync(conformancePath('dkim/lieser')).filter((file) => file.endsWith('.eml'));

    test('are all there', () => {
      expect(files).toHaveLength(25);
      expect(Object.keys(others).filter((file) => !files.includes(file))).toEqual([]);
    });

    test.each(files)('%s', async (file) => {
      const results = await verify('lieser', file);
      expect(results.map(word)).toEqual(others[file] ?? ['pass']);
      // The files have LF line endings; with CRLF, as on the wire, nothing differs but that finding.
      const onTheWire = await verify('lieser', file, true);
      const withoutLf = (one: DkimResult) => one.diagnostics.filter(({ code }) => code !== 'dkim.lf-line-endings');
      expect(onTheWire).toEqual(results.map((one) => ({ ...one, diagnostics: withoutLf(one) })));
    });

    test.each([
      ['rfc6376-A.2-body_modified.eml', 'mismatch', 'match'],
      ['rfc6376-A.2-header_subject_modified.eml', 'match', 'mismatch'],
    ])('%s: which layer broke', async (file, bodyHash, signature) => {
      expect(await verify('lieser', file)).toMatchObject([{ bodyHash, signature }]);
    });

    test.each([
      ['added_header-from.eml', 'dkim.header-count-mismatch', undefined],
      ['added_header-from.eml', 'dkim.unsigned-duplicate', 'From'],
      ['added_header-subject.eml', 'dkim.unsigned-duplicate', 'Subject'],
      ['added_header-to.eml', 'dkim.unsigned-duplicate', 'To'],
      ['added_header-date.eml', 'dkim.unsigned-duplicate', 'Date'],
      ['unsigned_header-content-type.eml', 'dkim.unsigned-header', 'Content-Type'],
      ['unsigned_header-reply_to-in_domain.eml', 'dkim.unsigned-header', 'Reply-To'],
      ['unsigned_header-reply_to-invalid.eml', 'dkim.unsigned-header', 'Reply-To'],
      ['unsigned_header-reply_to-not_in_domain.eml', 'dkim.unsigned-header', 'Reply-To'],
    ])('%s passes with a finding %s about %s', async (file, code, name) => {
      const [result] = await verify('lieser', file);
      expect(result!.diagnostics.filter((one) => one.code === code && one.params.name === name)).toHaveLength(1);
    });
  });

  describe('the messages of jstedfast/MimeKit', () => {
    test.each(['gmail.msg', 'related.msg', 'multipart-no-end-boundary.msg'])(
      '%s, as Google signed it',
      async (file) => {
        const [result, ...rest] = await verify('mimekit', file);
        expect(rest).toEqual([]);
        expect(result).toMatchObject({
          result: 'pass',
          domain: 'gmail.com',
          selector: '20120113',
          auid: '@gmail.com',
          algorithm: 'rsa-sha256',
          keyBits: 2048,
          testing: false,
          bodyHash: 'match',
          signature: 'match',
          unsignedBodyBytes: 0,
        });
      },
    );

    test('rfc8463-example.msg', async () => {
      expect((await verify('mimekit', 'rfc8463-example.msg')).map(word)).toEqual(['pass', 'pass']);
    });
  });
}
