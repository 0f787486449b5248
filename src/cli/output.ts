import { styleText } from 'node:util';

/** Colours and marks of the terminal; plain text where nobody looks at a terminal. */
export interface Paint {
  good(text: string): string;
  bad(text: string): string;
  doubtful(text: string): string;
  strong(text: string): string;
  faint(text: string): string;
}

/** How a report is to look. */
export interface Look {
  paint: Paint;
  /** Columns of a line. */
  width: number;
}

const plain = (text: string): string => text;

// The caller has decided; styleText would look at the process's own output.
const always = { validateStream: false };

/** Colours for a terminal that wants them (https://no-color.org, and FORCE_COLOR as Node reads it). */
export function paintFor(stream: { isTTY?: boolean }, environment: NodeJS.ProcessEnv): Paint {
  const forced = environment.FORCE_COLOR !== undefined && environment.FORCE_COLOR !== '0';
  const wanted = forced || (stream.isTTY === true && !environment.NO_COLOR);
  if (!wanted) return { good: plain, bad: plain, doubtful: plain, strong: plain, faint: plain };
  return {
    good: (text) => styleText('green', text, always),
    bad: (text) => styleText('red', text, always),
    doubtful: (text) => styleText('yellow', text, always),
    strong: (text) => styleText('bold', text, always),
    faint: (text) => styleText('dim', text, always),
  };
}

/** A result word in the colour of what it means. */
export function paintResult(paint: Paint, result: string): string {
  if (result === 'pass') return paint.good(result);
  return result === 'fail' || result === 'permerror' || result === 'policy'
    ? paint.bad(result)
    : paint.doubtful(result);
}
