/** What a command talks to: the process's own, or a test's. */
export interface Console {
  stdin: AsyncIterable<Uint8Array>;
  /** Octets are for a message, which need not be UTF-8. */
  stdout: { write(text: string | Uint8Array): unknown; isTTY?: boolean };
  stderr: { write(text: string): unknown };
  environment: NodeJS.ProcessEnv;
}
