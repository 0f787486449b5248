import { describe, expect, test } from 'vitest';
import { type Diagnose, escapeControls, makeDiagnostic, parsed, type Rules } from '../../src/diagnostics/diagnostic.ts';

const rules = {
  'test.value': ['error', 'RFC 9989', '4.7', 'Tag "{tag}" must be {a} or {b}: found "{value}"'],
  'test.plain': ['info', 'RFC 7208', '4.6.4', 'Nothing to fill in'],
} as const satisfies Rules;
const diagnose: Diagnose<typeof rules> = (code, params, place) => makeDiagnostic(rules, code, params, place);

describe('a diagnostic', () => {
  test('is its row of the table with the values filled in', () => {
    const params = { tag: 'p', a: 'none', b: 'reject', value: 'rejct' };
    const fix = { description: 'Write reject', replacement: 'reject' };
    expect(
      diagnose('test.value', params, { span: { start: 12, end: 17 }, subject: '_dmarc.example.com', fix }),
    ).toEqual({
      code: 'test.value',
      severity: 'error',
      message: 'Tag "p" must be none or reject: found "rejct"',
      params,
      spec: { spec: 'RFC 9989', section: '4.7' },
      span: { start: 12, end: 17 },
      subject: '_dmarc.example.com',
      fix,
    });
  });

  test('has no keys without a value, and survives JSON and structuredClone', () => {
    const diagnostic = diagnose('test.plain', {});
    expect(Object.keys(diagnostic)).toEqual(['code', 'severity', 'message', 'params', 'spec']);
    expect(JSON.parse(JSON.stringify(diagnostic))).toEqual(diagnostic);
    expect(structuredClone(diagnostic)).toEqual(diagnostic);
  });

  test.each([
    ['a number', 15, '15'],
    ['a placeholder', '{tag}{value}', '{tag}{value}'],
    ['what String.replace would fill in', "$& $1 $' $$", "$& $1 $' $$"],
    ['a line break', 'a\r\nb', 'a\\u{d}\\u{a}b'],
    ['colours for a terminal', '\u001b[31mred', '\\u{1b}[31mred'],
    ['a long value, of which 120 units are shown', 'x'.repeat(5000), `${'x'.repeat(120)}…`],
  ])('quotes %s', (_, value, shown) => {
    const { message, params } = diagnose('test.value', { tag: 'p', a: 'none', b: 'reject', value });
    expect(message).toBe(`Tag "p" must be none or reject: found "${shown}"`);
    expect(params.value).toBe(value);
  });

  test('a parameter that the caller left out is empty', () => {
    expect(makeDiagnostic(rules, 'test.value', { tag: 'p' }).message).toBe('Tag "p" must be  or : found ""');
  });
});

describe('characters that a reader would not see', () => {
  test.each([
    ['plain text', 'abc é 例 😀', 'abc é 例 😀'],
    ['nothing', '', ''],
    ['C0 and DEL', '\u0000\u001f\u007f', '\\u{0}\\u{1f}\\u{7f}'],
    ['C1', '\u0080\u009b', '\\u{80}\\u{9b}'],
    ['right-to-left override', 'a\u202eb', 'a\\u{202e}b'],
    ['isolates', '\u2066a\u2069', '\\u{2066}a\\u{2069}'],
    ['the Arabic letter mark', '\u061c', '\\u{61c}'],
    ['zero width', '\u200ba\u200d\u2060', '\\u{200b}a\\u{200d}\\u{2060}'],
    ['line and paragraph separators', '\u2028\u2029', '\\u{2028}\\u{2029}'],
    ['a byte order mark', '\ufeffv=', '\\u{feff}v='],
    [
      'what lies beside them',
      '\u00a0\u200a\u2010\u2027\u202f\u205f\u2070',
      '\u00a0\u200a\u2010\u2027\u202f\u205f\u2070',
    ],
  ])('%s', (_, text, expected) => expect(escapeControls(text)).toBe(expected));
});

describe('Parsed', () => {
  const error = diagnose('test.value', { tag: 'p', a: 'a', b: 'b', value: 'c' });
  const info = diagnose('test.plain', {});

  test('is ok with a value and no error', () => {
    expect(parsed('value', [])).toEqual({ ok: true, value: 'value', diagnostics: [] });
    expect(parsed('value', [info])).toEqual({ ok: true, value: 'value', diagnostics: [info] });
  });

  test('keeps what was understood where there is an error', () => {
    expect(parsed('value', [info, error])).toEqual({ ok: false, value: 'value', diagnostics: [info, error] });
  });

  test('has no value key where nothing was understood', () => {
    expect(Object.keys(parsed(undefined, [error]))).toEqual(['ok', 'diagnostics']);
    expect(parsed(undefined, [error]).ok).toBe(false);
  });

  test.each([0, '', false])('a value of %j is a value', (value) => expect(parsed(value, []).ok).toBe(true));
});
