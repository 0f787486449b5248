import { publishTxt } from '../../dns/publishable.ts';
import type { RecordType } from '../../dns/resolver.ts';
import type { DomainChange } from '../finding.ts';

/** The change that publishes a record; a name in it is without the root dot, and an MX is such as `10 mx.example.com`. */
export function addRecord(name: string, type: RecordType, after: string): DomainChange {
  return { action: 'add', name, type, after, zoneLine: zoneLine(name, type, after) };
}

export function replaceRecord(name: string, type: RecordType, before: string, after: string): DomainChange {
  return { action: 'replace', name, type, before, after, zoneLine: zoneLine(name, type, after) };
}

/** The changes that turn the records of one type at a name into those wanted, with as few steps as possible. */
export function exchangeRecords(
  name: string,
  type: RecordType,
  superfluous: readonly string[],
  missing: readonly string[],
): DomainChange[] {
  const changes = missing.map((after, i) => {
    const before = superfluous[i];
    return before === undefined ? addRecord(name, type, after) : replaceRecord(name, type, before, after);
  });
  return [
    ...changes,
    ...superfluous.slice(missing.length).map((before) => ({ action: 'remove' as const, name, type, before })),
  ];
}

function zoneLine(name: string, type: RecordType, text: string): string {
  return type === 'TXT' ? publishTxt(name, text).zoneLine : `${name}. IN ${type} ${text}.`;
}
