/** A message as the caller has it; a string stands for its UTF-8 bytes. */
export type MessageSource = string | Uint8Array | ReadableStream<Uint8Array> | AsyncIterable<Uint8Array>;
