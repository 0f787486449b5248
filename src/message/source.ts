import { show } from '../environment.ts';
import { utf8Bytes } from '../text/bytes.ts';

/** A message as the caller has it; a string stands for its UTF-8 bytes. */
export type MessageSource = string | Uint8Array | ReadableStream<Uint8Array> | AsyncIterable<Uint8Array>;

/** A stream of chunks, however the caller made it. */
export interface ChunkReader {
  /** The next chunk, `undefined` at the end. Rejects as the stream does, or at once with the signal's reason. */
  read(): Promise<Uint8Array | undefined>;
  /** Tells the stream that nobody reads on. Never rejects; does nothing after the end. */
  close(): Promise<void>;
}

interface Stream {
  next(): Promise<{ done?: boolean | undefined; value?: unknown }>;
  cancel(reason: unknown): Promise<unknown> | undefined;
}

/** Whether a value is a `Uint8Array` (a Node Buffer is one), also one of another realm. */
export function isBytes(value: unknown): value is Uint8Array {
  return value instanceof Uint8Array || Object.prototype.toString.call(value) === '[object Uint8Array]';
}

/** The bytes of a message that is no stream, or a `TypeError`; `action` completes "Cannot …". */
export function messageBytes(action: string, message: unknown): Uint8Array {
  if (typeof message === 'string') return utf8Bytes(message);
  if (isBytes(message)) return message;
  throw new TypeError(`Cannot ${action}: "message" must be a string or Uint8Array, received ${show(message)}`);
}

function streamOf(source: unknown): Stream | undefined {
  if (typeof source !== 'object' || source === null) return undefined;
  if ('getReader' in source && typeof source.getReader === 'function') {
    // Not by async iteration, which not every engine's ReadableStream has.
    const reader = (source as ReadableStream<Uint8Array>).getReader();
    return { next: () => reader.read(), cancel: (reason) => reader.cancel(reason) };
  }
  if (Symbol.asyncIterator in source && typeof source[Symbol.asyncIterator] === 'function') {
    const iterator = (source as AsyncIterable<Uint8Array>)[Symbol.asyncIterator]();
    return { next: () => iterator.next(), cancel: () => iterator.return?.() };
  }
  return undefined;
}

/** Opens a stream of any kind for reading; `undefined` where the value is none. */
export function openChunks(source: unknown, signal: AbortSignal | undefined): ChunkReader | undefined {
  const stream = streamOf(source);
  if (stream === undefined) return undefined;
  let ended = false;
  let rejectPending: ((reason: unknown) => void) | undefined;

  const finish = (): void => {
    ended = true;
    signal?.removeEventListener('abort', onAbort);
  };
  const cancel = async (reason?: unknown): Promise<void> => {
    finish();
    try {
      await stream.cancel(reason);
    } catch {
      // The caller has its answer already; what the stream says to being cancelled is no part of it.
    }
  };
  // One listener for the whole stream: a race of two promises per chunk would keep every chunk's reactions alive.
  function onAbort(): void {
    rejectPending?.(signal?.reason);
    // Not waited for: a generator that is busy with next() answers return() only after that.
    void cancel(signal?.reason);
  }
  signal?.addEventListener('abort', onAbort);

  const next = (): ReturnType<Stream['next']> => {
    if (signal === undefined) return stream.next();
    return new Promise((resolve, reject) => {
      rejectPending = reject;
      stream.next().then(resolve, reject);
    });
  };
  const read = async (): Promise<Uint8Array | undefined> => {
    signal?.throwIfAborted();
    if (ended) return undefined;
    const { done, value } = await next().catch((error: unknown) => {
      finish();
      throw error;
    });
    if (done) {
      finish();
      return undefined;
    }
    if (isBytes(value)) return value;
    await cancel();
    throw new TypeError(`Cannot read message: its stream must yield Uint8Array, received ${show(value)}`);
  };
  return { read, close: async () => (ended ? undefined : cancel()) };
}
