import { stripVTControlCharacters } from 'node:util';

const UNKNOWN_WIDTH = 80;
// Narrower, a column of words would be left; wider, no eye finds the next line.
const NARROWEST = 40;
const WIDEST = 120;

/** How many columns lines may have; a terminal that does not know says 0. */
export function widthOf({ columns }: { columns?: number }): number {
  return Math.min(Math.max(columns || UNKNOWN_WIDTH, NARROWEST), WIDEST);
}

/** How many columns a text takes, without its colours. */
export function columnsOf(text: string): number {
  return stripVTControlCharacters(text).length;
}

/** Pads to a number of columns; colours take none. */
export function pad(text: string, columns: number): string {
  return text + ' '.repeat(Math.max(0, columns - columnsOf(text)));
}

/**
 * A text beside its head, broken between words, each line but the first indented to where the text begins. What is longer
 * than a line stands whole: names and records are there to be copied.
 */
export function beside(head: string, text: string, width: number): string[] {
  const indent = columnsOf(head);
  const lines: string[] = [];
  let line = head;
  let column = indent;
  for (const word of text.split(' ')) {
    const length = columnsOf(word);
    const begins = column === indent;
    if (!begins && column + 1 + length > width) {
      lines.push(line);
      line = ' '.repeat(indent) + word;
      column = indent + length;
    } else {
      line += begins ? word : ` ${word}`;
      column += begins ? length : length + 1;
    }
  }
  return [...lines, line].map((one) => one.replace(/ +$/, ''));
}

/** Rows whose cells stand below each other, but for the last, which is wrapped beside them. */
export function table(rows: readonly (readonly string[])[], width: number, indent = '  '): string[] {
  const last = widest(rows.map((row) => row.length)) - 1;
  const widths = Array.from({ length: Math.max(last, 0) }, (_, i) =>
    widest(rows.map((row) => columnsOf(row[i] ?? ''))),
  );
  return rows.flatMap((row) => {
    const head = widths.map((columns, i) => pad(row[i] ?? '', columns)).join('  ');
    return beside(`${indent}${head}  `, row[last] ?? '', width);
  });
}

// Not Math.max with all of them as arguments: there may be more than a call takes.
function widest(sizes: readonly number[]): number {
  return sizes.reduce((most, size) => Math.max(most, size), 0);
}

/** A number with its noun: "1 lookup", "2 lookups". */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** "a", "a and b", "a, b and c". */
export function enumerated(words: readonly string[]): string {
  const last = words.at(-1) ?? '';
  return words.length < 2 ? last : `${words.slice(0, -1).join(', ')} and ${last}`;
}
