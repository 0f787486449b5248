import type { CryptoProvider } from '../crypto/provider.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { withCrlf } from '../message/header-fields.ts';
import type { HeaderBlock, OpenedMessage } from '../message/message.ts';
import { openMessage } from '../message/open.ts';
import { openedFindings } from '../message/opened-findings.ts';
import type { MessageSource } from '../message/source.ts';
import { BodyDigests } from './body-digest.ts';
import type { Canonicalization } from './canonicalize.ts';
import { type FieldIndex, indexFields } from './signed-data.ts';
import { BodyInspector } from './signing-body.ts';
import type { SigningPlan } from './signing-options.ts';
import { diagnose } from './signing-rules.ts';

/** A message that may be signed, and whose body was read. */
export interface SigningInput {
  header: HeaderBlock;
  fields: FieldIndex;
  bodyHash: Uint8Array;
  /** The message in CRLF form, where it came with LF lines. */
  message?: Uint8Array;
  diagnostics: Diagnostic[];
}

/** What reading takes besides the message. */
export interface SigningTools {
  crypto: CryptoProvider;
  signal: AbortSignal | undefined;
  /** Sees the header block of a message that may be signed, and may ask for more digests of its body. */
  begin?: (opened: OpenedMessage, body: BodyDigests) => void;
}

// A message with one of these is not what its readers will get.
const REFUSED = ['message.header-too-large', 'message.malformed-line', 'message.bare-lf', 'message.bare-cr'];

/**
 * Reads a message once, for its header block and the hash of its body. Throws a `TypeError` for a message that RFC 6376
 * has signers not sign: bare CR or LF (§5.3), a header block that is no header block (§3.8), not one From field (§5.4).
 */
export async function readSigningInput(
  action: string,
  source: MessageSource,
  { lineEndings, limits, canonicalization }: Pick<SigningPlan, 'lineEndings' | 'limits' | 'canonicalization'>,
  { crypto, signal, begin }: SigningTools,
): Promise<SigningInput> {
  const opened = await openMessage(source, { limits, lineEndings, ...(signal && { signal }) });
  try {
    const fields = indexFields(opened.header);
    const found = openedFindings(opened);
    refuse(action, fields, found);
    const digests = new BodyDigests(crypto, opened.lineEndings);
    begin?.(opened, digests);
    const body = await readBody(action, opened, digests, canonicalization.body, crypto);
    const findings: Diagnostic[] = found.filter(({ code }) => code !== 'message.lf-line-endings');
    if (body.message !== undefined) findings.push(diagnose('dkim.sign-lf-line-endings', {}));
    return { header: opened.header, fields, ...body, diagnostics: [...findings, ...body.diagnostics] };
  } finally {
    // Whoever sends the stream is told when it was not read to its end.
    await opened.close();
  }
}

function refuse(action: string, fields: FieldIndex, findings: readonly Diagnostic[]): void {
  const finding = findings.find(({ code }) => REFUSED.includes(code));
  if (finding?.code.startsWith('message.bare')) {
    throw new TypeError(`Cannot ${action}: its line endings are mixed: ${finding.message}`);
  }
  if (finding !== undefined) throw new TypeError(`Cannot ${action}: ${finding.message}`);
  const from = fields.get('from')?.length ?? 0;
  // RFC 5322 §3.6: exactly one.
  if (from !== 1) throw new TypeError(`Cannot ${action}: it must have one From field: found ${from}`);
}

async function readBody(
  action: string,
  opened: OpenedMessage,
  digests: BodyDigests,
  canonicalization: Canonicalization,
  crypto: CryptoProvider,
): Promise<Pick<SigningInput, 'bodyHash' | 'message' | 'diagnostics'>> {
  const lines = new BodyInspector(opened.lineEndings);
  const digest = digests.request(canonicalization);
  // A message with LF lines is sent in another form than it came in, so that form is kept; any other is not.
  const kept = opened.lineEndings === 'lf' ? headerLines(opened.header) : undefined;
  const readPieces: OpenedMessage['readBody'] = (visit) =>
    opened.readBody((chunk) => {
      lines.write(chunk);
      if (lines.fault !== undefined) throw mixed(action, lines.fault);
      kept?.push(withCrlf(chunk));
      visit(chunk);
    });
  await digests.read({ ...opened, readBody: readPieces });
  const diagnostics = lines.end();
  if (lines.fault !== undefined) throw mixed(action, lines.fault);
  if (digest.sha256 === undefined) {
    throw new TypeError(`Cannot ${action}: the crypto provider "${crypto.name}" made no SHA-256 hash`);
  }
  return { bodyHash: digest.sha256, ...(kept && { message: joined(kept) }), diagnostics };
}

function mixed(action: string, fault: string): TypeError {
  return new TypeError(`Cannot ${action}: its line endings are mixed: there is ${fault}`);
}

/** The header block and the empty line, both of which a message that was cut off may lack the end of. */
function headerLines({ bytes }: HeaderBlock): Uint8Array[] {
  const lineEnd = Uint8Array.of(0x0d, 0x0a);
  return bytes.at(-1) === 0x0a ? [bytes, lineEnd] : [bytes, lineEnd, lineEnd];
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
