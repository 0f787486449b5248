/** What a command talks to: the process's own, or a test's. */
export interface Console {
  stdin: AsyncIterable<Uint8Array>;
  stdout: { write(text: string): unknown; isTTY?: boolean };
  stderr: { write(text: string): unknown };
  environment: NodeJS.ProcessEnv;
}
