import { type Diagnostic, escapeControls } from '../diagnostics/diagnostic.ts';
import type { Builder, Field, Options } from './builders.ts';
import type { Console, Dialogue } from './console.ts';
import { readKey } from './key-file.ts';
import { beside, widthOf } from './layout.ts';

/** Asks for what the flags do not say, one question after the other, until each answer is sound. */
export async function askFor(builder: Builder, given: Options, dialogue: Dialogue, console: Console): Promise<Options> {
  const options = { ...given };
  for (const field of builder.fields) {
    const { option, question, needed, usual } = field;
    if (question === undefined || given[option] !== undefined) continue;
    // Settled by an earlier answer.
    if (usual === undefined && needed !== undefined && !needed(options)) continue;
    const value = await askUntilSound(builder, field, options, dialogue, console);
    if (value !== undefined) options[option] = value;
  }
  return options;
}

async function askUntilSound(
  builder: Builder,
  field: Field,
  options: Options,
  dialogue: Dialogue,
  { stdout }: Console,
): Promise<unknown> {
  const { question = '', needed } = field;
  const usual = field.usual?.(options) ?? '';
  const hint = usual !== '' ? ` [${usual}]` : needed === undefined ? ' [nothing]' : '';
  for (;;) {
    const answer = await dialogue.ask(`${question}${hint} `);
    if (answer === undefined) {
      stdout.write('\n');
      throw new Error('the answers ended before the record was complete');
    }
    const text = answer.replace(/^[ \t]+|[ \t]+$/g, '') || usual;
    if (text === '' && needed === undefined) return undefined;
    const { value, fault } =
      text === '' ? { fault: 'This needs an answer' } : await judge(builder, field, text, options);
    if (fault === undefined) return value;
    stdout.write(`${beside('  ', `${escapeControls(fault)}.`, widthOf(stdout)).join('\n')}\n`);
  }
}

async function judge(
  builder: Builder,
  field: Field,
  text: string,
  options: Options,
): Promise<{ value?: unknown; fault?: string }> {
  try {
    const value = await readAnswer(field, text);
    const before = errorsOf(builder, options);
    const after = errorsOf(builder, { ...options, [field.option]: value });
    const fault = after.find(({ message }) => !before.some((old) => old.message === message))?.message;
    return fault === undefined ? { value } : { fault };
  } catch (error) {
    // "Cannot build the DMARC record: …": the person knows that.
    return { fault: (error as Error).message.replace(/^Cannot [^:]*: /, '') };
  }
}

function errorsOf({ build, sample }: Builder, options: Options): Diagnostic[] {
  return build({ ...sample, ...options }).diagnostics.filter(({ severity }) => severity === 'error');
}

const YES = /^y(es)?$/i;
const NO = /^no?$/i;

async function readAnswer({ kind }: Field, text: string): Promise<unknown> {
  switch (kind) {
    case 'list':
      return text.split(/[, \t]+/).filter(Boolean);
    case 'switch':
      if (!YES.test(text) && !NO.test(text)) throw new Error(`Answer yes or no: found "${text}"`);
      return YES.test(text);
    case 'number':
      return readWhole(text);
    case 'key':
      return readKey(text);
    default:
      return text;
  }
}

/** A whole number; nothing, blanks and what else JavaScript takes for one are none. */
export function readWhole(text: string): number {
  return /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
}
