import type { Span } from '../diagnostics/diagnostic.ts';
import { isWsp } from '../text/characters.ts';

export interface XmlAttribute {
  name: string;
  /** As written, references in it not replaced. */
  value: string;
  span: Span;
}

/** What a text of XML consists of, in order; an empty element is a start and an end. */
export type XmlToken =
  | { kind: 'start'; name: string; attributes: XmlAttribute[]; span: Span }
  | { kind: 'end'; name: string; span: Span }
  | { kind: 'text'; text: string; span: Span }
  | { kind: 'doctype'; span: Span }
  | { kind: 'instruction'; name: string; span: Span }
  | { kind: 'fault'; fault: string; span: Span };

const NAME = /[A-Za-z_:][\w:.-]*/y;
const ATTRIBUTE = /([A-Za-z_:][\w:.-]*)[ \t\r\n]*=[ \t\r\n]*(?:"([^"<]*)"|'([^'<]*)')/y;

/**
 * Cuts XML 1.0 into tokens without reading any document type or replacing any entity: enough to judge a picture by its
 * elements. It ends at the first fault, which is then the last token.
 */
export function scanXml(text: string): XmlToken[] {
  const tokens: XmlToken[] = [];
  let at = text.startsWith('\ufeff') ? 1 : 0;
  while (at < text.length) {
    const next = text[at] === '<' ? readMarkup(text, at, tokens) : readText(text, at, tokens);
    if (next < 0) break;
    at = next;
  }
  return tokens;
}

function fail(tokens: XmlToken[], fault: string, start: number, end: number): -1 {
  tokens.push({ kind: 'fault', fault, span: { start, end } });
  return -1;
}

function readText(text: string, start: number, tokens: XmlToken[]): number {
  const bracket = text.indexOf('<', start);
  const end = bracket < 0 ? text.length : bracket;
  tokens.push({ kind: 'text', text: text.slice(start, end), span: { start, end } });
  return end;
}

function readMarkup(text: string, start: number, tokens: XmlToken[]): number {
  if (text.startsWith('<!--', start)) return skipTo(text, start, '-->', 'a comment is not closed', tokens);
  if (text.startsWith('<![CDATA[', start)) {
    const end = skipTo(text, start, ']]>', 'a CDATA section is not closed', tokens);
    if (end > 0) tokens.push({ kind: 'text', text: text.slice(start + 9, end - 3), span: { start, end } });
    return end;
  }
  if (text.startsWith('<!', start)) {
    // Its inside is not worth reading: whatever it declares is not allowed.
    const bracket = text.indexOf('>', start);
    const inside = text.slice(start, Math.max(bracket, start)).includes('[');
    const end = skipTo(text, start, inside ? ']>' : '>', 'a document type is not closed', tokens);
    if (end > 0) tokens.push({ kind: 'doctype', span: { start, end } });
    return end;
  }
  if (text.startsWith('<?', start)) {
    const end = skipTo(text, start, '?>', 'a processing instruction is not closed', tokens);
    NAME.lastIndex = start + 2;
    if (end > 0) tokens.push({ kind: 'instruction', name: NAME.exec(text)?.[0] ?? '', span: { start, end } });
    return end;
  }
  return text[start + 1] === '/' ? readEnd(text, start, tokens) : readStart(text, start, tokens);
}

function skipTo(text: string, start: number, ending: string, fault: string, tokens: XmlToken[]): number {
  const at = text.indexOf(ending, start + 2);
  return at < 0 ? fail(tokens, fault, start, text.length) : at + ending.length;
}

function skipSpace(text: string, from: number): number {
  let at = from;
  while (at < text.length && (isWsp(text.charCodeAt(at)) || text[at] === '\n' || text[at] === '\r')) at++;
  return at;
}

function readEnd(text: string, start: number, tokens: XmlToken[]): number {
  NAME.lastIndex = start + 2;
  const name = NAME.exec(text)?.[0] ?? '';
  const end = skipSpace(text, start + 2 + name.length);
  if (name === '' || text[end] !== '>') return fail(tokens, 'an end tag is not whole', start, end);
  tokens.push({ kind: 'end', name, span: { start, end: end + 1 } });
  return end + 1;
}

function readStart(text: string, start: number, tokens: XmlToken[]): number {
  NAME.lastIndex = start + 1;
  const name = NAME.exec(text)?.[0];
  if (name === undefined) return fail(tokens, '"<" begins no tag', start, start + 1);
  const attributes: XmlAttribute[] = [];
  const seen = new Set<string>();
  let at = start + 1 + name.length;
  for (;;) {
    const next = skipSpace(text, at);
    if (text[next] === '>' || text.startsWith('/>', next)) {
      const end = next + (text[next] === '>' ? 1 : 2);
      tokens.push({ kind: 'start', name, attributes, span: { start, end } });
      if (text[next] !== '>') tokens.push({ kind: 'end', name, span: { start: next, end } });
      return end;
    }
    ATTRIBUTE.lastIndex = next;
    const match = next > at ? ATTRIBUTE.exec(text) : null;
    if (match === null)
      return fail(tokens, `the tag "${name.slice(0, 40)}" is not whole`, start, Math.min(next + 1, text.length));
    at = next + match[0].length;
    const [, attribute, double, single] = match;
    if (seen.has(attribute!)) return fail(tokens, `the attribute "${attribute!.slice(0, 40)}" occurs twice`, next, at);
    seen.add(attribute!);
    attributes.push({ name: attribute!, value: double ?? single ?? '', span: { start: next, end: at } });
  }
}
