import { unreachable } from '../environment.ts';
import type { Limits } from '../limits.ts';
import { domainName } from '../names/domain-name.ts';
import type { DnsSession } from './session.ts';

/** What came of looking for the one record of a protocol among the TXT records at a name. */
export type TxtLookup = { name: string } & (
  | { status: 'found'; text: string }
  /** `others`: what stands at the name instead. */
  | { status: 'none'; others: string[] }
  | { status: 'several'; count: number }
  | { status: 'too-large'; size: number }
  | { status: 'failure'; reason: string }
);

/**
 * Looks for the one TXT record that is of a protocol. It rejects only when the session's signal aborts.
 *
 * @param isRecord - whether a text is such a record; all others are discarded before they are counted
 */
export async function lookupTxt(
  name: string,
  isRecord: (text: string) => boolean,
  session: DnsSession,
  limits: Readonly<Limits>,
): Promise<TxtLookup> {
  // RFC 1035 §2.3.4: a name that is too long to be asked does not exist.
  if (domainName(name) === undefined) return { name, status: 'none', others: [] };
  const answer = await session.query(name, 'TXT');
  switch (answer.status) {
    case 'answer': {
      const texts = answer.records.map(({ text }) => text);
      const [text, ...more] = texts.filter(isRecord);
      if (text === undefined) {
        return { name, status: 'none', others: texts.filter(({ length }) => length <= limits.recordBytes) };
      }
      if (more.length > 0) return { name, status: 'several', count: more.length + 1 };
      return text.length > limits.recordBytes
        ? { name, status: 'too-large', size: text.length }
        : { name, status: 'found', text };
    }
    case 'nodata':
    case 'nxdomain':
      return { name, status: 'none', others: [] };
    case 'failure':
      return { name, status: 'failure', reason: answer.reason };
    default:
      return unreachable(answer);
  }
}
