import { describe, expect, test } from 'vitest';
import type { Diagnostic } from '../../src/diagnostics/diagnostic.ts';
import { renderDiagnostic } from '../../src/diagnostics/render.ts';

const diagnostic = (extra: Partial<Diagnostic> = {}): Diagnostic => ({
  code: 'dmarc.policy',
  severity: 'error',
  message: 'Tag "p" must be none, quarantine or reject: found "rejct"',
  params: { value: 'rejct' },
  spec: { spec: 'RFC 9989', section: '4.7' },
  ...extra,
});
const head = 'error dmarc.policy: Tag "p" must be none, quarantine or reject: found "rejct" (RFC 9989 §4.7)';

test('the sentence, whose text, the place and the cure', () => {
  const rendered = renderDiagnostic(
    'v=DMARC1; p=rejct; rua=mailto:a@example.com',
    diagnostic({
      span: { start: 12, end: 17 },
      subject: '_dmarc.example.com',
      fix: { description: 'Write reject', replacement: 'reject' },
    }),
  );
  expect(rendered.split('\n')).toEqual([
    head,
    '  in _dmarc.example.com',
    '  v=DMARC1; p=rejct; rua=mailto:a@example.com',
    '              ^^^^^',
    '  fix: Write reject',
  ]);
});

test('a finding without a place is one line', () => expect(renderDiagnostic('text', diagnostic())).toBe(head));

/** The two lines that show the place. */
const shown = (text: string, start: number, end: number): string[] =>
  renderDiagnostic(text, diagnostic({ span: { start, end } }))
    .split('\n')
    .slice(1);

describe('the line of the place', () => {
  test.each<[string, string, number, number, string[]]>([
    ['the first character', 'abc', 0, 1, ['  abc', '  ^']],
    ['a place without width', 'abc', 1, 1, ['  abc', '   ^']],
    ['the end of the text', 'abc', 3, 3, ['  abc', '     ^']],
    ['an empty text', '', 0, 0, ['  ', '  ^']],
    ['the first of folded lines', 'ab=\r\n cd', 0, 2, ['  ab=', '  ^^']],
    ['the last of folded lines', 'ab=\r\n cd', 6, 8, ['   cd', '   ^^']],
    ['a place that runs into the next line', 'ab=\r\n cd', 1, 8, ['  ab=', '   ^^']],
    ['a line break itself', 'ab\ncd', 2, 3, ['  ab', '    ^']],
    ['a text that begins with a line break', '\nab', 0, 1, ['  ', '  ^']],
    ['a place beyond the text', 'ab', 5, 9, ['  ab', '    ^']],
    ['control characters, whose escapes are wider', 'a\u001b[m=b', 1, 3, ['  a\\u{1b}[m=b', '   ^^^^^^^']],
  ])('%s', (_, text, start, end, expected) => expect(shown(text, start, end)).toEqual(expected));

  test('of a long line only a part', () => {
    const text = `${'a'.repeat(500)}HERE${'b'.repeat(500)}`;
    const [line, carets] = shown(text, 500, 504);
    expect(line).toMatch(/^ {2}…a{25}HEREb{71}…$/);
    expect(line!.slice(carets!.indexOf('^'), carets!.lastIndexOf('^') + 1)).toBe('HERE');
  });

  test('of a long place only a part', () => {
    const [line, carets] = shown('x'.repeat(10_000), 0, 10_000);
    expect(line).toBe(`  ${'x'.repeat(100)}…`);
    expect(carets).toBe(`  ${'^'.repeat(100)}`);
  });
});

test('nothing of the text, the subject or the cure steers a terminal', () => {
  const hostile = '\u001b]0;owned\u0007\u202e\r';
  const rendered = renderDiagnostic(
    hostile,
    diagnostic({ span: { start: 0, end: 5 }, subject: hostile, fix: { description: hostile } }),
  );
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what is looked for
  expect(rendered).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
});
