import { parentName } from '../names/domain-name.ts';
import type { TreeWalk } from './tree-walk.ts';

/**
 * Selects the organizational domain from the records that a walk found, from the longest name to the shortest
 * (RFC 9989 §4.10.2); `undefined` where a failed question leaves it open.
 */
export function selectOrganizationalDomain(walk: TreeWalk): string | undefined {
  if (!walk.complete) return undefined;
  let organizationalDomain = walk.start;
  for (const { domain, records, record } of walk.steps) {
    if (records !== 1) continue;
    // Rule 1.
    if (record?.psd === 'n') return domain;
    // Rule 2; a public suffix is its own organization where the walk started there.
    if (record?.psd === 'y' && domain !== walk.start) return nameBelow(domain, walk.start);
    // Rule 3: the fewest labels, not the nearest record.
    organizationalDomain = domain;
  }
  // No record at all: the start itself.
  return organizationalDomain;
}

/** The name one label below an ancestor, towards a name below it: even where the walk has jumped over that name. */
function nameBelow(ancestor: string, name: string): string {
  let below = name;
  for (let parent = parentName(name); parent !== undefined && parent !== ancestor; parent = parentName(parent)) {
    below = parent;
  }
  return below;
}
