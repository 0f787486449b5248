import type { Check } from './check-host.ts';
import { diagnose } from './client-rules.ts';
import { expandName, expandText, type MacroScope, queryName, usesMacro } from './macro.ts';
import { parseExplanation } from './macro-string.ts';
import { findPointer, type SpfCall } from './mechanisms.ts';
import type { SpfMacroPart } from './record.ts';
import type { SpfQuery } from './result.ts';

// RFC 7208 §6.2: "Implementations MAY limit the length"; a line of an SMTP reply has 512 octets (RFC 5321 §4.5.3.1.5).
const MAX_LENGTH = 512;

/**
 * Looks up and expands the explanation of a fail (RFC 7208 §6.2). Whatever goes wrong, there is none, and the verdict stays.
 * The text comes from whoever owns the domain: only visible ASCII and spaces are left of it.
 */
export async function findExplanation(
  call: SpfCall,
  { modifier, trace }: NonNullable<Check['explain']>,
): Promise<string | undefined> {
  const queries: SpfQuery[] = [];
  const origin = { subject: trace.domain, span: modifier.span };
  const unusable = (problem: string) => {
    call.budget.diagnostics.push(diagnose('spf.explanation-unusable', { term: modifier.value, problem }, origin));
    return undefined;
  };
  trace.explanation = { queries };
  const expandable = async (parts: readonly SpfMacroPart[]): Promise<MacroScope> => {
    const scope = { subject: call.subject, domain: trace.domain };
    if (!usesMacro(parts, 'p')) return scope;
    const pointer = await findPointer(call, trace.domain, queries, origin);
    return pointer.fault === undefined ? { ...scope, pointer: pointer.name } : scope;
  };
  const { parts } = modifier.macro;
  // RFC 8616 §4: a local part that is not ASCII cannot be used in a name.
  if (!call.subject.localPartIsAscii && usesMacro(parts, 'sl')) return unusable('the local part is not ASCII');
  const target = queryName(expandName(parts, await expandable(parts)));
  if (target === undefined) return unusable('its name is no DNS name');
  trace.explanation.target = target;
  const answer = await call.budget.ask(target, 'TXT', queries, origin);
  if (typeof answer === 'string') return undefined;
  if (answer.length !== 1) return unusable(`${target} has ${answer.length} TXT records`);
  const text = parseExplanation(answer[0]!.text);
  if (text === undefined) return unusable(`the text at ${target} is no explain-string`);
  return printable(expandText(text, await expandable(text), MAX_LENGTH)) || undefined;
}

function printable(text: string): string {
  let out = '';
  for (let i = 0; i < text.length && out.length < MAX_LENGTH; i++) {
    const unit = text.charCodeAt(i);
    if (unit >= 0x20 && unit < 0x7f) out += text[i];
    // One sign for a character that SMTP replies cannot carry, none for a control character.
    else if (unit > 0x9f) out += '?';
  }
  return out;
}
