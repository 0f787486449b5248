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

/**
 * A result as JSON, with a line break at the end. What JSON lets stand and a terminal would obey, or an eye not see, is escaped
 * as JSON has it: the value stays the same.
 */
export function renderJson(value: unknown): string {
  const json = JSON.stringify(value, undefined, 2);
  return `${json.replace(/[\u007f-\u009f\p{Cf}\p{Zl}\p{Zp}]/gu, escapeUnits)}\n`;
}

function escapeUnits(character: string): string {
  const units = character.split('');
  return units.map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`).join('');
}
