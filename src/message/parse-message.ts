import type { Diagnostic, Span } from '../diagnostics/diagnostic.ts';
import { endWithoutEmptyLine, findHeaderEnd, splitHeaderFields, startHeaderEndSearch } from './header-fields.ts';
import { headerFindings } from './header-findings.ts';
import { countLines, lineFindings } from './line-statistics.ts';
import type { HeaderField } from './message.ts';
import { messageBytes } from './source.ts';

/** The structure of a message; every offset, also of a diagnostic's span, counts octets of `bytes`. Nothing is decoded. */
export interface ParsedMessage {
  /** The given bytes, or the UTF-8 form of the given string. */
  bytes: Uint8Array;
  /** Top first, names lower-cased. */
  fields: HeaderField[];
  /** Lines of the header block that are no field. */
  malformed: Span[];
  /** Empty at the end of the message where no empty line ends the header block. */
  body: Span;
  lineEndings: {
    /** What ends a line: `lf` where there is no CR up to the first empty line. */
    style: 'crlf' | 'lf';
    crlf: number;
    bareLf: number;
    bareCr: number;
    nul: number;
    /** Octets, without the line break. */
    longestLine: number;
  };
  diagnostics: Diagnostic[];
}

/**
 * Splits a message into raw header fields and body, and counts its line breaks (RFC 5322 §2).
 * A string stands for its UTF-8 bytes. Nothing in the message makes it throw; a `TypeError` for any other argument.
 *
 * @example
 * const { fields, bytes, body } = parseMessage('Subject: Hi\r\n\r\nHello\r\n');
 * fields[0].name; // => 'subject'
 * new TextDecoder().decode(bytes.subarray(body.start, body.end)); // => 'Hello\r\n'
 */
export function parseMessage(message: string | Uint8Array): ParsedMessage {
  const bytes = messageBytes('parse message', message);
  const search = startHeaderEndSearch(true);
  const {
    headerEnd,
    bodyStart,
    lineEndings: style,
  } = findHeaderEnd(bytes, search) ?? endWithoutEmptyLine(bytes, search);
  const { fields, malformed, bytes: header } = splitHeaderFields(bytes.subarray(0, headerEnd), style);
  const lines = countLines(bytes);
  return {
    bytes,
    fields,
    malformed,
    body: { start: bodyStart, end: bytes.length },
    lineEndings: {
      style,
      crlf: lines.crlf,
      bareLf: lines.bareLf.count,
      bareCr: lines.bareCr.count,
      nul: lines.nul.count,
      longestLine: lines.longestLine,
    },
    diagnostics: [...headerFindings({ bytes: header, fields, malformed }), ...lineFindings(lines, style)],
  };
}
