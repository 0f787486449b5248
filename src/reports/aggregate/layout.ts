/** An element that holds elements; `outside` is what stands around `feedback`. */
export type Container =
  | 'outside'
  | 'feedback'
  | 'report_metadata'
  | 'date_range'
  | 'policy_published'
  | 'extension'
  | 'record'
  | 'row'
  | 'policy_evaluated'
  | 'reason'
  | 'identifiers'
  | 'auth_results'
  | 'dkim'
  | 'spf';

/** A known element: a text, or a container. */
export interface Entry {
  name: string;
  container?: Container;
}

/** For each container its elements by local name. A map, since the names come from outside. */
export type Layout = ReadonlyMap<Container, ReadonlyMap<string, Entry>>;

// RFC 9990 Appendix A and RFC 7489 Appendix C in one: the containers in each container, and the texts.
const ELEMENTS: readonly (readonly [parent: Container, containers: string, texts: string])[] = [
  ['outside', 'feedback', ''],
  ['feedback', 'report_metadata policy_published extension record', 'version'],
  ['report_metadata', 'date_range', 'org_name email extra_contact_info report_id error generator'],
  ['date_range', '', 'begin end'],
  ['policy_published', '', 'domain discovery_method p sp np adkim aspf fo testing pct'],
  ['record', 'row identifiers auth_results extension', ''],
  ['row', 'policy_evaluated', 'source_ip count'],
  ['policy_evaluated', 'reason', 'disposition dkim spf'],
  ['reason', '', 'type comment'],
  ['identifiers', '', 'header_from envelope_from envelope_to'],
  ['auth_results', 'dkim spf', ''],
  ['dkim', '', 'domain selector result human_result'],
  ['spf', '', 'domain scope result human_result'],
];

export function createLayout(): Layout {
  const layout = new Map<Container, Map<string, Entry>>();
  for (const [parent, containers, texts] of ELEMENTS) {
    const children = new Map<string, Entry>();
    for (const name of containers.match(/\w+/g) ?? []) children.set(name, { name, container: name as Container });
    for (const name of texts.match(/\w+/g) ?? []) children.set(name, { name });
    layout.set(parent, children);
  }
  // An old draft's name for "identifiers".
  layout.get('record')!.set('identities', { name: 'identifiers', container: 'identifiers' });
  return layout;
}
