import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { FieldIndex } from '../dkim/signed-data.ts';
import type { OpenedMessage } from '../message/message.ts';
import {
  ARC_FIELDS,
  type ArcResultsField,
  type ArcSignatureField,
  MOST_INSTANCES,
  readResultsField,
  readSignatureField,
} from './header.ts';
import type { ArcReason } from './result.ts';
import { type ArcCode, diagnose } from './rules.ts';

/** The fields of one instance: the first of each name. */
export interface ArcSet {
  instance: number;
  aar?: ArcResultsField;
  ams?: ArcSignatureField;
  seal?: ArcSignatureField;
}

/** The sets of a message. */
export interface ArcChain {
  /** In ascending order; whole, from 1 on and without gaps where nothing is wrong. */
  sets: ArcSet[];
  /** The highest instance, 0 without a chain. */
  highest: number;
  /** Why the chain fails whatever the signatures say; the first is the reason. */
  faults: { reason: ArcReason; finding: Diagnostic }[];
}

/** Collects the sets of a message and judges their structure (RFC 8617 §5.2, steps 1 to 3). */
export function readChain({ header, tooLarge }: OpenedMessage, index: FieldIndex): ArcChain {
  const chain: ArcChain = { sets: [], highest: 0, faults: [] };
  const report = (reason: ArcReason & string, finding: Diagnostic<ArcCode>) => chain.faults.push({ reason, finding });
  if (tooLarge) report('message-too-large', diagnose('arc.message-too-large', {}));
  const sets = new Map<number, ArcSet>();
  for (const [, lower, name] of ARC_FIELDS) {
    const count = index.get(lower)?.length ?? 0;
    // Each set has one field of each name.
    if (count > MOST_INSTANCES) {
      report('too-many-sets', diagnose('arc.too-many-sets', { count, name }, { subject: name }));
      return { ...chain, highest: MOST_INSTANCES };
    }
  }
  for (const [key, lower, name] of ARC_FIELDS) {
    for (const place of index.get(lower) ?? []) {
      const read = key === 'aar' ? readResultsField(header, place) : readSignatureField(header, place, name);
      const { instance } = read;
      if (instance === undefined) {
        report('instance', diagnose('arc.instance', { name }, { subject: name }));
        continue;
      }
      const set = sets.get(instance) ?? { instance };
      sets.set(instance, set);
      if (set[key] === undefined) Object.assign(set, { [key]: read });
      else report('duplicate-field', diagnose('arc.duplicate-field', { name, instance }, { subject: name }));
    }
  }
  chain.sets = [...sets.values()].sort((a, b) => a.instance - b.instance);
  chain.highest = chain.sets.at(-1)?.instance ?? 0;
  judge(chain, sets);
  return chain;
}

function judge(chain: ArcChain, sets: ReadonlyMap<number, ArcSet>): void {
  const { faults, highest } = chain;
  for (let instance = 1; instance <= highest; instance++) {
    const set = sets.get(instance);
    for (const [key, , name] of ARC_FIELDS) {
      if (set?.[key] !== undefined) continue;
      const finding = diagnose('arc.missing-field', { name, instance }, { subject: name });
      faults.push({ reason: 'missing-field', finding });
    }
    const seal = set?.seal;
    if (seal === undefined) continue;
    const value = seal.cv ?? '';
    if (instance === highest && value === 'fail') {
      // RFC 8617 §5.2 step 2, which comes before all about structure.
      faults.unshift({ reason: 'chain-failed', finding: diagnose('arc.chain-failed', { instance }) });
    } else if (value !== (instance === 1 ? 'none' : 'pass')) {
      const expected = instance === 1 ? 'none' : 'pass';
      const finding = diagnose('arc.chain-status', { instance, expected, value }, { subject: 'ARC-Seal' });
      faults.push({ reason: 'chain-status', finding });
    }
  }
}
