import { describe, expect, test } from 'vitest';
import { formatDkimKeyRecord, formatDkimSignature } from '../../src/dkim/format.ts';
import { parseDkimKeyRecord } from '../../src/dkim/key-record.ts';
import { type DkimSignature, parseDkimSignature } from '../../src/dkim/signature.ts';

const BH = '2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=';
const SIGNATURE = `v=1; a=rsa-sha256; c=relaxed; d=example.com; s=mail; h=From:To; bh=${BH}; b=abcd`;
const ED25519 = '11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=';
const RECORD = `v=DKIM1; k=ed25519; p=${ED25519}`;

describe('formatDkimSignature', () => {
  test('writes the tags as they were', () => {
    const text = `b=ab cd; v=1; a=RSA-sha256; d=Example.com; s=mail; h=From : To; y=1; q=dns/txt; bh=${BH}`;
    expect(formatDkimSignature(parseDkimSignature(text).value!)).toBe(text);
  });

  test('takes out line breaks and what is around a tag', () => {
    const text = SIGNATURE.replace(/; /g, ' ;\r\n\t').replace('From:To', 'From:\r\n To').replace('a=', 'a = ');
    expect(formatDkimSignature(parseDkimSignature(`${text};\r\n`).value!)).toBe(
      SIGNATURE.replace('From:To', 'From: To'),
    );
  });

  test('follows the properties', () => {
    const { value } = parseDkimSignature(`${SIGNATURE}; t=1; x=2; y=kept`);
    const { t, ...rest } = value!;
    expect(t).toBe(1);
    const text = formatDkimSignature({ ...rest, s: 'other', x: 3, l: 0, c: 'relaxed/relaxed' });
    expect(text).toBe(`${SIGNATURE.replace('mail', 'other').replace('relaxed', 'relaxed/relaxed')}; x=3; y=kept; l=0`);
  });

  test('writes a signature that never was text, in the usual order and without defaults', () => {
    const signature: DkimSignature = {
      b: 'abcd',
      bh: BH,
      a: 'rsa-sha256',
      v: '1',
      c: 'simple/simple',
      d: 'example.com',
      h: ['From', 'To'],
      q: ['dns/txt'],
      s: 'mail',
      z: 'Subject:a;b',
      tags: [],
    };
    const text = `v=1; a=rsa-sha256; d=example.com; s=mail; h=From:To; z=Subject:a=3Bb; bh=${BH}; b=abcd`;
    expect(formatDkimSignature(signature)).toBe(text);
    expect(parseDkimSignature(text)).toMatchObject({ ok: true, diagnostics: [] });
  });

  test('of a broken signature writes what was understood', () => {
    const { value } = parseDkimSignature('v=1; d=a.example; d=b.example; t=never; s=mail;; y=1');
    expect(formatDkimSignature(value!)).toBe('v=1; d=a.example; s=mail; y=1');
  });
});

describe('formatDkimKeyRecord', () => {
  test('writes the tags as they were', () => {
    const text = `v=DKIM1; n=a note; t=y : s; k=ed25519; x=1; p=${ED25519.slice(0, 9)} ${ED25519.slice(9)}`;
    expect(formatDkimKeyRecord(parseDkimKeyRecord(text).value!)).toBe(text);
  });

  test('follows the properties', () => {
    const { value } = parseDkimKeyRecord(`${RECORD}; t=y`);
    expect(formatDkimKeyRecord({ ...value!, t: ['s'], p: '' })).toBe('v=DKIM1; k=ed25519; p=; t=s');
    expect(formatDkimKeyRecord({ ...parseDkimKeyRecord('p=').value!, v: 'DKIM1', s: ['email'] })).toBe(
      'v=DKIM1; p=; s=email',
    );
  });

  test('writes a record that never was text', () => {
    const record = {
      v: 'DKIM1',
      k: 'ed25519',
      s: ['*'],
      t: [],
      n: 'one;\r\ntwo',
      p: ED25519,
      revoked: false,
      tags: [],
    };
    expect(formatDkimKeyRecord(record)).toBe(`v=DKIM1; k=ed25519; n=one=3Btwo; p=${ED25519}`);
  });

  test('of a broken record writes what was meant', () => {
    const broken = `v=DKIM1 k="ed25519" p=${ED25519.slice(0, 9)}" "${ED25519.slice(9)}`;
    expect(formatDkimKeyRecord(parseDkimKeyRecord(broken).value!)).toBe(RECORD);
  });
});
