/** What a stricter policy would do to the mail that reports tell of. */
export interface PolicySimulation {
  messages: number;
  /** Those that would fail DMARC, and what the policy would ask to do with them. */
  failing: number;
  dispositions: { none: number; quarantine: number; reject: number };
  /** Of the failing: those that look like the domain's own mail, forwarded mail, and others' use of the domain. */
  legitimate: number;
  forwarded: number;
  unauthorized: number;
  /** The sources that would be hit, the most failing messages first; `disposition`, `kind` and `reason` are those of most of them. */
  sources: {
    source: string;
    messages: number;
    failing: number;
    disposition: 'none' | 'quarantine' | 'reject';
    kind: 'legitimate' | 'forwarded' | 'unauthorized';
    reason: string;
  }[];
  /** How sure the answer is: the days and messages that it rests on. */
  certainty: {
    level: 'high' | 'medium' | 'low';
    days: number;
    reporters: number;
    messages: number;
    /** Of them: those that the reports do not say enough of. They count as failing. */
    unknown: number;
    reason: string;
  };
}
