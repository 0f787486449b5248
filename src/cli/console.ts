/** What a command talks to: the process's own, or a test's. */
export interface Console {
  stdin: AsyncIterable<Uint8Array>;
  /** Octets are for a message, which need not be UTF-8. */
  stdout: { write(text: string | Uint8Array): unknown; isTTY?: boolean; columns?: number };
  stderr: { write(text: string): unknown; isTTY?: boolean };
  environment: NodeJS.ProcessEnv;
  /** For the documents that DNS refers to: a policy, an indicator. */
  fetch?: typeof globalThis.fetch;
  /** Absent where nobody is there to answer: input and output are not both a terminal. */
  openDialogue?(): Promise<Dialogue>;
}

/** Questions to a person. */
export interface Dialogue {
  /** Asks, and returns the line that answers; nothing where the person has gone (Ctrl-C, Ctrl-D). */
  ask(question: string): Promise<string | undefined>;
  close(): void;
}
