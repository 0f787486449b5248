import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Console } from '../../src/cli/console.ts';
import { openDialogue } from '../../src/cli/dialogue.ts';
import { beside, counted, enumerated, table, widthOf } from '../../src/cli/layout.ts';
import { startProgress } from '../../src/cli/progress.ts';

describe('lines', () => {
  test.each<[title: string, head: string, text: string, width: number, lines: string[]]>([
    ['fits', 'a  ', 'b c', 80, ['a  b c']],
    ['breaks between words, below the first', 'ab ', 'cd ef gh', 8, ['ab cd ef', '   gh']],
    [
      'a long word stands whole',
      '> ',
      'a https://example.com/a/long/path b',
      10,
      ['> a', '  https://example.com/a/long/path', '  b'],
    ],
    ['colours take no room', '\u001b[31mab\u001b[39m ', 'cd ef', 8, ['\u001b[31mab\u001b[39m cd ef']],
    ['nothing leaves no spaces', 'a  ', '', 80, ['a']],
  ])('%s', (_, head, text, width, lines) => {
    expect(beside(head, text, width)).toEqual(lines);
  });

  test('a table aligns its cells, and wraps the last', () => {
    const rows = [
      ['a', 'long', 'x'],
      ['bcd', '', 'some words that do not fit'],
    ];
    expect(table(rows, 30)).toEqual(['  a    long  x', '  bcd        some words that', '             do not fit']);
    expect(table([], 80)).toEqual([]);
  });

  test.each([
    [{}, 80],
    [{ columns: 0 }, 80],
    [{ columns: 100 }, 100],
    [{ columns: 10 }, 40],
    [{ columns: 300 }, 120],
  ])('the width of %j is %d', (stream, width) => {
    expect(widthOf(stream)).toBe(width);
  });

  test('numbers and lists as one says them', () => {
    expect([counted(1, 'key'), counted(0, 'key')]).toEqual(['1 key', '0 keys']);
    expect([[], ['a'], ['a', 'b'], ['a', 'b', 'c']].map(enumerated)).toEqual(['', 'a', 'a and b', 'a, b and c']);
  });
});

describe('progress', () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  test('is shown after a second, while the work waits, and leaves the line empty', () => {
    let written = '';
    const stderr: Console['stderr'] = { write: (text) => (written += text), isTTY: true };
    const progress = startProgress({ stderr } as Console);
    progress.show('1 of 9');
    vi.advanceTimersByTime(900);
    expect(written).toBe('');
    vi.advanceTimersByTime(200);
    expect(written).toBe('\r\u001b[K1 of 9');
    vi.advanceTimersByTime(500);
    expect(written).toBe('\r\u001b[K1 of 9');
    progress.show('2 of 9');
    progress.show('3 of 9');
    expect(written).toBe('\r\u001b[K1 of 9\r\u001b[K2 of 9');
    vi.advanceTimersByTime(100);
    progress.clear();
    expect(written).toBe('\r\u001b[K1 of 9\r\u001b[K2 of 9\r\u001b[K3 of 9\r\u001b[K');
    expect(vi.getTimerCount()).toBe(0);
  });

  test.each([
    ['quick work', true, 900],
    ['no terminal', false, 5000],
  ])('%s writes nothing', (_, isTTY, ms) => {
    let written = '';
    const progress = startProgress({ stderr: { write: (text: string) => (written += text), isTTY } } as Console);
    progress.show('1 of 9');
    vi.advanceTimersByTime(ms);
    progress.clear();
    expect([written, vi.getTimerCount()]).toEqual(['', 0]);
  });
});

describe('a dialogue', () => {
  test('reads a line for each question, also those that came early, until the input ends', async () => {
    const input = new PassThrough();
    const output = new PassThrough();
    const dialogue = openDialogue(input, output);
    input.write('first\nsecond\n');
    expect(await dialogue.ask('One? ')).toBe('first');
    expect(await dialogue.ask('Two? ')).toBe('second');
    const third = dialogue.ask('Three? ');
    input.write('  third ');
    input.end('\n');
    expect(await third).toBe('  third ');
    expect(await dialogue.ask('Four? ')).toBeUndefined();
    dialogue.close();
    expect(String(output.read())).toBe('One? Two? Three? Four? ');
  });
});
