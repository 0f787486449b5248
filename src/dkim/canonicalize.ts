/** The two algorithms of RFC 6376 §3.4. */
export type Canonicalization = 'simple' | 'relaxed';

/** Takes octets piece by piece. A piece may lie in a buffer that is used again: it is good until the call returns. */
export type ByteSink = (piece: Uint8Array) => void;

const HTAB = 0x09;
const LF = 0x0a;
const CR = 0x0d;
const SP = 0x20;

// Most bodies are short: they do with the first buffer.
const FIRST_BUFFER = 2048;
const BUFFER = 16_384;
// Below this it is quicker to copy a piece into the buffer than to hand it on by itself.
const OWN_PIECE = 4096;
// Below this a loop is quicker than `set`.
const SMALL_COPY = 96;

// In the loops over all octets these are written as numbers: where a bundler turns constants into variables, a loop takes
// half as long again.

/** Gathers small pieces, so that a body full of changes does not become a hundred thousand calls of the hash. */
class Output {
  readonly #sink: ByteSink;
  #buffer: Uint8Array | undefined;
  #used = 0;

  constructor(sink: ByteSink) {
    this.#sink = sink;
  }

  octet(value: number): void {
    const buffer = this.#room(1);
    buffer[this.#used++] = value;
  }

  piece(bytes: Uint8Array, from: number, to: number): void {
    const size = to - from;
    if (size >= OWN_PIECE) {
      this.flush();
      this.#sink(size === bytes.length ? bytes : bytes.subarray(from, to));
      return;
    }
    const buffer = this.#room(size);
    let used = this.#used;
    this.#used += size;
    if (size > SMALL_COPY) buffer.set(bytes.subarray(from, to), used);
    else for (let i = from; i < to; i++) buffer[used++] = bytes[i]!;
  }

  /** Copies with white space reduced, up to the end of the first line that needed no change, and returns that place. */
  relaxedLines(bytes: Uint8Array, from: number, to: number): number {
    let i = from;
    let changed = true;
    while (i < to) {
      const buffer = this.#room(FIRST_BUFFER);
      const limit = Math.min(to, i + FIRST_BUFFER);
      let used = this.#used;
      while (i < limit) {
        const octet = bytes[i++]!;
        if (octet > 0x20 || (octet === 0x20 && bytes[i]! > 0x20)) {
          buffer[used++] = octet;
        } else if (octet === 0x20 || octet === 0x09) {
          while (bytes[i] === 0x20 || bytes[i] === 0x09) i++;
          // White space before a bare CR is no end of a line.
          if (bytes[i] !== 0x0d || bytes[i + 1] !== 0x0a) buffer[used++] = 0x20;
          changed = true;
        } else {
          buffer[used++] = octet;
          if (octet !== 0x0a) continue;
          if (!changed) {
            this.#used = used;
            return i;
          }
          changed = false;
        }
      }
      this.#used = used;
    }
    return i;
  }

  flush(): void {
    if (this.#buffer === undefined || this.#used === 0) return;
    this.#sink(this.#buffer.subarray(0, this.#used));
    this.#used = 0;
  }

  #room(size: number): Uint8Array {
    this.#buffer ??= new Uint8Array(FIRST_BUFFER);
    if (this.#used + size <= this.#buffer.length) return this.#buffer;
    this.flush();
    if (this.#buffer.length < BUFFER) this.#buffer = new Uint8Array(BUFFER);
    return this.#buffer;
  }
}

/**
 * Canonicalizes a body that comes in pieces (RFC 6376 §3.4.3 and §3.4.4); where the pieces were cut makes no difference.
 * Lines end in CRLF, and a CR or LF by itself is content like any other octet.
 *
 * What an octet means can depend on what follows: white space before a line end goes, empty lines at the end of the body
 * go. Between pieces three things are therefore held back, always in this order: line ends, white space, a CR.
 */
export class BodyCanonicalizer {
  readonly #relaxed: boolean;
  readonly #output: Output;
  #lineEnds = 0;
  #space = false;
  #cr = false;
  #empty = true;

  constructor(canonicalization: Canonicalization, sink: ByteSink) {
    this.#relaxed = canonicalization === 'relaxed';
    this.#output = new Output(sink);
  }

  write(chunk: Uint8Array): void {
    let from = 0;
    while (from < chunk.length && this.#isBlank(chunk[from]!)) this.#octet(chunk[from++]!);
    if (from === chunk.length) return;
    this.#settle();
    const to = this.#contentEnd(chunk, from);
    if (this.#relaxed) relaxContent(chunk, from, to, this.#output);
    else this.#output.piece(chunk, from, to);
    for (let i = to; i < chunk.length; i++) this.#octet(chunk[i]!);
  }

  end(): void {
    // A CR that no LF followed is content; white space at the end of the last line goes, as do empty lines.
    if (this.#cr) this.#settle();
    // RFC 6376 §3.4.3: "*CRLF" at the end becomes one CRLF, even where there is no body at all. §3.4.4: an empty body stays empty.
    if (!this.#relaxed || !this.#empty) this.#lineEnd();
    this.#output.flush();
  }

  #isBlank(octet: number): boolean {
    return octet === CR || octet === LF || (this.#relaxed && (octet === SP || octet === HTAB));
  }

  /** Takes one octet, of any meaning. */
  #octet(octet: number): void {
    if (octet === LF && this.#cr) {
      this.#cr = false;
      this.#space = false;
      this.#lineEnds++;
    } else if (octet === CR) {
      if (this.#cr) this.#settle();
      this.#cr = true;
    } else if (this.#relaxed && (octet === SP || octet === HTAB)) {
      if (this.#cr) this.#settle();
      this.#space = true;
    } else {
      this.#settle();
      this.#output.octet(octet);
    }
  }

  /** Content follows: what was held back is content too. */
  #settle(): void {
    this.#empty = false;
    for (; this.#lineEnds > 0; this.#lineEnds--) this.#lineEnd();
    if (this.#space) this.#output.octet(SP);
    if (this.#cr) this.#output.octet(CR);
    this.#space = false;
    this.#cr = false;
  }

  #lineEnd(): void {
    this.#output.octet(CR);
    this.#output.octet(LF);
  }

  /** Where the octets begin whose meaning depends on the next piece; the octet at `from` is content. */
  #contentEnd(chunk: Uint8Array, from: number): number {
    let to = chunk.length;
    if (chunk[to - 1] === CR) to--;
    for (;;) {
      const last = chunk[to - 1]!;
      if (last === LF && chunk[to - 2] === CR && to - 2 > from) to -= 2;
      else if (this.#relaxed && (last === SP || last === HTAB)) to--;
      else return to;
    }
  }
}

/** Reduces the white space in octets that begin and end with content, so that every run of it lies whole between them. */
function relaxContent(bytes: Uint8Array, from: number, to: number, output: Output): void {
  const words = to - from < WORTH_WORDS ? undefined : wordsOf(bytes);
  let copied = from;
  let i = from;
  while (i < to) {
    if (words !== undefined) i = skipContent(words, i, to);
    // Not to the end at once: behind a text there may be an attachment, which is skipped faster, from one word to another.
    const end = words === undefined ? to : Math.min(to, words.start + ((i - words.start + STRETCH) & ~3));
    i = words === undefined ? nextChange(bytes, i, end) : nextChangeInWords(bytes, words, i, end);
    if (i >= end) continue;
    output.piece(bytes, copied, i);
    i = output.relaxedLines(bytes, i, to);
    copied = i;
  }
  output.piece(bytes, copied, to);
}

/** The first octet from `from` on that may begin a run of white space that is not canonical, or `to`. */
function nextChange(bytes: Uint8Array, from: number, to: number): number {
  for (let i = from; i < to; i++) {
    const octet = bytes[i]!;
    if (octet > 0x20) continue;
    if (octet === 0x09 || (octet === 0x20 && isRunOrEnd(bytes[i + 1]!))) return i;
  }
  return to;
}

function isRunOrEnd(octet: number): boolean {
  return octet === 0x20 || octet === 0x09 || octet === 0x0d;
}

const WORTH_WORDS = 256;
const STRETCH = 4096;

/** The octets from the first aligned one on, four at a time; `undefined` on a machine that counts them from the other end. */
interface Words {
  view: Int32Array;
  start: number;
}

function wordsOf(bytes: Uint8Array): Words | undefined {
  if (new Uint8Array(Int32Array.of(1).buffer)[0] !== 1) return undefined;
  const start = -bytes.byteOffset & 3;
  return { view: new Int32Array(bytes.buffer, bytes.byteOffset + start, (bytes.length - start) >> 2), start };
}

/**
 * Skips octets that are no white space, as many as can be told eight at a time: attachments are megabytes of base64, and
 * this is what their verification costs besides the hash.
 */
function skipContent({ view, start }: Words, from: number, to: number): number {
  if (((from - start) & 3) !== 0) return from;
  let w = (from - start) >> 2;
  for (const last = ((to - start) >> 2) - 1; w < last; w += 2) {
    // SP and HTAB have no bit outside 0x29, and CR, LF, letters and digits have. The usual test for an octet of zero
    // (x - 1 & ~x & 0x80) then finds them, with "(", ")", "!" and a few controls besides.
    const x = view[w]! & 0xd6d6d6d6;
    const y = view[w + 1]! & 0xd6d6d6d6;
    if ((((x - 0x01010101) & ~x) | ((y - 0x01010101) & ~y)) & 0x80808080) break;
  }
  return start + 4 * w;
}

/**
 * As `nextChange`, four octets at a time and without a branch for each word of a text: those branches, which no processor
 * predicts, would be most of the time.
 */
function nextChangeInWords(bytes: Uint8Array, { view, start }: Words, from: number, to: number): number {
  let w = (from - start + 3) >> 2;
  const head = nextChange(bytes, from, Math.min(start + 4 * w, to));
  if (head < start + 4 * w) return head;
  let before = 0;
  for (const last = (to - start) >> 2; w < last; w++) {
    const x = view[w]!;
    // Exactly the octets without a bit outside 0x29 (see above), and those without one outside 0x2d: a CR among others.
    const y = x & 0xd6d6d6d6;
    const wsp = ~(((y & 0x7f7f7f7f) + 0x7f7f7f7f) | y) & 0x80808080;
    const z = x & 0xd2d2d2d2;
    const next = ~(((z & 0x7f7f7f7f) + 0x7f7f7f7f) | z) & 0x80808080;
    const t = x ^ 0x09090909;
    const tab = (t - 0x01010101) & ~t & 0x80808080;
    if ((wsp & (next >>> 8)) | (before & next) | tab) {
      const at = start + 4 * w;
      const found = nextChange(bytes, at - (before >>> 7), at + 4);
      if (found < at + 4) return found;
    }
    before = wsp >>> 24;
  }
  return nextChange(bytes, start + 4 * w - (before >>> 7), to);
}

/** Reads LF line endings as CRLF, for files that lost them; a CR before an LF is not doubled. */
export class LineEndingReader {
  readonly #sink: ByteSink;
  readonly #buffer: Uint8Array = new Uint8Array(BUFFER);
  #last = 0;

  constructor(sink: ByteSink) {
    this.#sink = sink;
  }

  write(chunk: Uint8Array): void {
    const buffer = this.#buffer;
    let used = 0;
    let last = this.#last;
    for (let i = 0; i < chunk.length; i++) {
      const octet = chunk[i]!;
      if (octet === LF && last !== CR) buffer[used++] = CR;
      buffer[used++] = octet;
      last = octet;
      if (used >= BUFFER - 1) {
        this.#sink(buffer.subarray(0, used));
        used = 0;
      }
    }
    this.#last = last;
    if (used > 0) this.#sink(buffer.subarray(0, used));
  }
}

/**
 * Writes one header field (RFC 6376 §3.4.1, §3.4.2) into `target` at `at` and returns the offset behind it. The field is
 * the octets from `start` to `end` without its final CRLF, and no CRLF is written. `cut` is a range that counts as absent.
 */
export function writeField(
  canonicalization: Canonicalization,
  bytes: Uint8Array,
  field: { start: number; colon: number; end: number },
  cut: { start: number; end: number },
  target: Uint8Array,
  at: number,
): number {
  if (canonicalization === 'relaxed') return writeRelaxedField(bytes, field, cut, target, at);
  const head = bytes.subarray(field.start, cut.start);
  const tail = bytes.subarray(cut.end, field.end);
  target.set(head, at);
  target.set(tail, at + head.length);
  return at + head.length + tail.length;
}

function writeRelaxedField(
  bytes: Uint8Array,
  { start, colon, end }: { start: number; colon: number; end: number },
  cut: { start: number; end: number },
  target: Uint8Array,
  at: number,
): number {
  let nameEnd = colon;
  while (nameEnd > start && isFolding(bytes[nameEnd - 1]!)) nameEnd--;
  let to = at;
  for (let i = start; i < nameEnd; i++) {
    const octet = bytes[i]!;
    target[to++] = octet >= 0x41 && octet <= 0x5a ? octet | 0x20 : octet;
  }
  target[to++] = 0x3a;
  const valueStart = to;
  let space = false;
  for (let i = colon + 1; i < end; i++) {
    if (i === cut.start) i = cut.end;
    if (i >= end) break;
    const octet = bytes[i]!;
    if (octet === SP || octet === HTAB) {
      space = true;
    } else if (octet === CR && bytes[i + 1] === LF && i + 1 < end) {
      // A fold: the white space after it stays, as one space with what stands before.
      i++;
    } else {
      if (space && to > valueStart) target[to++] = SP;
      space = false;
      target[to++] = octet;
    }
  }
  return to;
}

function isFolding(octet: number): boolean {
  return octet === SP || octet === HTAB || octet === CR || octet === LF;
}
