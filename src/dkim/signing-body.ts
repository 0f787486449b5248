import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { diagnose } from './signing-rules.ts';

const LF = 0x0a;
const CR = 0x0d;
const MOST_LINE = 998;

/** Looks through a body that comes in pieces for what would not reach the verifier as it is. */
export class BodyInspector {
  readonly #lf: boolean;
  #octets = 0;
  #lineStart = 0;
  #longest = 0;
  #nul = 0;
  #high = false;
  #cr = false;
  #fault: { what: string; offset: number } | undefined;

  constructor(lineEndings: 'crlf' | 'lf') {
    this.#lf = lineEndings === 'lf';
  }

  /** What stands where only one kind of line break may be, and where in the body; `undefined` as long as there is none. */
  get fault(): string | undefined {
    return this.#fault && `${this.#fault.what} at octet ${this.#fault.offset} of the body`;
  }

  write(chunk: Uint8Array): void {
    if (chunk.length === 0) return;
    if (this.#cr && chunk[0] !== LF) this.#report('a CR without LF after it', -1);
    const start = -chunk.byteOffset & 3;
    const words = wordsOf(chunk, start);
    for (let i = 0; i < chunk.length; i++) {
      if (((i - start) & 3) === 0) i = start + 4 * plainWords(words, (i - start) >> 2);
      const octet = chunk[i];
      if (octet === undefined) break;
      if (octet > 0x7f) this.#high = true;
      else if (octet === LF) this.#lineEnd(i, i === 0 ? this.#cr : chunk[i - 1] === CR);
      else if (octet === CR) this.#carriageReturn(i, chunk[i + 1]);
      else if (octet === 0) this.#nul++;
    }
    this.#cr = chunk[chunk.length - 1] === CR;
    this.#octets += chunk.length;
  }

  /** The findings, once all was written. */
  end(): Diagnostic[] {
    if (this.#cr) this.#report('a CR without LF after it', -1);
    this.#longest = Math.max(this.#longest, this.#octets - this.#lineStart);
    const findings: Diagnostic[] = [];
    if (this.#longest > MOST_LINE) findings.push(diagnose('dkim.sign-long-line', { length: this.#longest }));
    if (this.#nul > 0) findings.push(diagnose('dkim.sign-nul', { count: this.#nul }));
    if (this.#high) findings.push(diagnose('dkim.sign-eight-bit', {}));
    return findings;
  }

  #lineEnd(i: number, afterCr: boolean): void {
    if (!afterCr && !this.#lf) this.#report('an LF without CR before it', i);
    const offset = this.#octets + i;
    this.#longest = Math.max(this.#longest, offset - this.#lineStart - (afterCr ? 1 : 0));
    this.#lineStart = offset + 1;
  }

  #carriageReturn(i: number, next: number | undefined): void {
    if (this.#lf) this.#report('a CR in a message of LF lines', i);
    else if (next !== undefined && next !== LF) this.#report('a CR without LF after it', i);
  }

  #report(what: string, i: number): void {
    this.#fault ??= { what, offset: this.#octets + i };
  }
}

function wordsOf(chunk: Uint8Array, start: number): Int32Array {
  const count = (chunk.length - start) >> 2;
  return count > 0 ? new Int32Array(chunk.buffer, chunk.byteOffset + start, count) : new Int32Array(0);
}

/**
 * Skips words of four octets from 0x0e to 0x7f, in which there is nothing to look at, and returns the first other one:
 * an octet below 0x0e gets its high bit by the subtraction, one above 0x7f has it.
 */
function plainWords(words: Int32Array, from: number): number {
  let i = from;
  while (i < words.length && (((words[i]! - 0x0e0e0e0e) | words[i]!) & 0x80808080) === 0) i++;
  return i;
}
