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
// A first piece of this size is most of a short body, which then needs no more than the first buffer.
const FIRST_PIECE = 512;
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

  lastLineEnd(): void {
    const lineEnd = Uint8Array.of(CR, LF);
    // A short body has gone on as one piece, and to make a buffer for this alone would take as long as all of that.
    if (this.#buffer === undefined) this.#sink(lineEnd);
    else this.piece(lineEnd, 0, 2);
  }

  piece(bytes: Uint8Array, from: number, to: number): void {
    const size = to - from;
    if (size >= OWN_PIECE || (size >= FIRST_PIECE && this.#buffer === undefined)) {
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

  /**
   * Copies with white space reduced, up to the end of a stretch that needed no change, and returns that place. `bytes` and
   * `view` are the same memory; the octet before `to` is content.
   */
  relaxed(bytes: Uint8Array, view: DataView, from: number, to: number): number {
    let i = from;
    for (let changed = true; changed && i < to; ) {
      // Four octets more than go out, so that four can be written at every place.
      const size = Math.min(to - i + 4, FIRST_BUFFER);
      const buffer = this.#room(size);
      const target = new DataView(buffer.buffer);
      const limit = i + size - 4;
      let used = this.#used;
      changed = false;
      while (i < limit) {
        // Four octets at a time, and no branch for each word of a text: those branches, which no processor predicts,
        // would be most of the time.
        let before = 0;
        while (i + 4 <= limit) {
          const four = view.getInt32(i, true);
          if (mayChange(four, before)) {
            changed = true;
            break;
          }
          target.setInt32(used, four, true);
          used += 4;
          i += 4;
          before = whiteSpace(four) >>> 24;
        }
        // A space may be out already that belongs to a run.
        if (before !== 0 && buffer[used - 1] === 0x20) {
          used--;
          i--;
        }
        for (const end = Math.min(i + 5, limit); i < end; ) {
          const octet = bytes[i++]!;
          if (octet !== 0x20 && octet !== 0x09) {
            buffer[used++] = octet;
            continue;
          }
          while (bytes[i] === 0x20 || bytes[i] === 0x09) i++;
          // White space before a bare CR is no end of a line.
          if (bytes[i] !== 0x0d || bytes[i + 1] !== 0x0a) buffer[used++] = 0x20;
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
    if (!this.#relaxed || !this.#empty) this.#output.lastLineEnd();
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
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let copied = from;
  let i = from;
  while (i < to) {
    i = skipContent(view, i, to);
    // Not to the end at once: behind a text there may be an attachment, which is skipped faster, from one word to another.
    const end = Math.min(to, i + STRETCH);
    i = nextChange(bytes, view, i, end);
    if (i >= end) continue;
    output.piece(bytes, copied, i);
    i = output.relaxed(bytes, view, i, to);
    copied = i;
  }
  output.piece(bytes, copied, to);
}

const STRETCH = 4096;

/**
 * Skips octets that are no white space, as many as can be told eight at a time: attachments are megabytes of base64, and
 * this is what their verification costs besides the hash.
 */
function skipContent(view: DataView, from: number, to: number): number {
  let i = from;
  for (; i + 8 <= to; i += 8) {
    // SP and HTAB have no bit outside 0x29, and CR, LF, letters and digits have. The usual test for an octet of zero
    // (x - 1 & ~x & 0x80) then finds them, with "(", ")", "!" and a few controls besides.
    const x = view.getInt32(i, true) & 0xd6d6d6d6;
    const y = view.getInt32(i + 4, true) & 0xd6d6d6d6;
    if ((((x - 0x01010101) & ~x) | ((y - 0x01010101) & ~y)) & 0x80808080) break;
  }
  return i;
}

/** The first octet from `from` on that may begin a run of white space that is not canonical, or `to`. */
function nextChange(bytes: Uint8Array, view: DataView, from: number, to: number): number {
  let before = 0;
  let i = from;
  for (; i + 4 <= to; i += 4) {
    const four = view.getInt32(i, true);
    if (mayChange(four, before)) {
      const found = nextChangeByOctet(bytes, i - (before >>> 7), i + 4);
      if (found < i + 4) return found;
    }
    before = whiteSpace(four) >>> 24;
  }
  return nextChangeByOctet(bytes, i - (before >>> 7), to);
}

function nextChangeByOctet(bytes: Uint8Array, from: number, to: number): number {
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

/** 0x80 for each of four octets that has no bit outside 0x29: SP and HTAB, and a few others. */
function whiteSpace(four: number): number {
  const x = four & 0xd6d6d6d6;
  return ~(((x & 0x7f7f7f7f) + 0x7f7f7f7f) | x) & 0x80808080;
}

/**
 * Whether white space that is not canonical may begin in four octets, or behind white space `before` them (0x80 where there
 * is some). Never no where it does.
 */
function mayChange(four: number, before: number): boolean {
  // Without a bit outside 0x2d: CR, SP and HTAB, and a few others.
  const x = four & 0xd2d2d2d2;
  const next = ~(((x & 0x7f7f7f7f) + 0x7f7f7f7f) | x) & 0x80808080;
  const t = four ^ 0x09090909;
  const tab = (t - 0x01010101) & ~t & 0x80808080;
  return ((whiteSpace(four) & (next >>> 8)) | (before & next) | tab) !== 0;
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
