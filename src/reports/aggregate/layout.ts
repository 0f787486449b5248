/** An element that holds elements; `outside` is what stands around `feedback`, `foreign` what neither schema knows. */
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
  | 'spf'
  | 'foreign';

const CONTAINERS: { readonly [parent: string]: readonly Container[] } = {
  outside: ['feedback'],
  feedback: ['report_metadata', 'policy_published', 'extension', 'record'],
  report_metadata: ['date_range'],
  record: ['row', 'identifiers', 'auth_results', 'extension'],
  row: ['policy_evaluated'],
  policy_evaluated: ['reason'],
  auth_results: ['dkim', 'spf'],
};

const TEXTS: { readonly [parent: string]: readonly string[] } = {
  feedback: ['version'],
  report_metadata: ['org_name', 'email', 'extra_contact_info', 'report_id', 'error', 'generator'],
  date_range: ['begin', 'end'],
  policy_published: ['domain', 'discovery_method', 'p', 'sp', 'np', 'adkim', 'aspf', 'fo', 'testing', 'pct'],
  row: ['source_ip', 'count'],
  policy_evaluated: ['disposition', 'dkim', 'spf'],
  reason: ['type', 'comment'],
  identifiers: ['header_from', 'envelope_from', 'envelope_to'],
  dkim: ['domain', 'selector', 'result', 'human_result'],
  spf: ['domain', 'scope', 'result', 'human_result'],
};

/** For each container its elements by local name: a container, or `text`. A map, since the names come from outside. */
export type Layout = ReadonlyMap<Container, ReadonlyMap<string, Container | 'text'>>;

/** RFC 9990 Appendix A and RFC 7489 Appendix C in one. */
export function createLayout(): Layout {
  const layout = new Map<Container, Map<string, Container | 'text'>>();
  for (const container of ['outside', ...new Set([...Object.keys(CONTAINERS), ...Object.keys(TEXTS)])]) {
    const children = new Map<string, Container | 'text'>();
    for (const name of CONTAINERS[container] ?? []) children.set(name, name);
    for (const name of TEXTS[container] ?? []) children.set(name, 'text');
    layout.set(container as Container, children);
  }
  // An old draft's name for "identifiers".
  layout.get('record')!.set('identities', 'identifiers');
  return layout;
}
