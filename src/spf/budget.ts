import type { Diagnostic, Span } from '../diagnostics/diagnostic.ts';
import type { DnsAnswer, RecordData, RecordType } from '../dns/resolver.ts';
import type { DnsSession } from '../dns/session.ts';
import { unreachable } from '../environment.ts';
import type { Limits } from '../limits.ts';
import { diagnose as diagnoseClient } from './client-rules.ts';
import type { SpfFault, SpfQuery, SpfStep } from './result.ts';
import { diagnose } from './verdict-rules.ts';

/** Where a question comes from: the domain whose record is evaluated and the term, for findings. */
export interface Origin {
  subject: string;
  span?: Span;
}

// One number for each name: a bit for each type that was asked for, and further up one for each that was asked ahead. To
// make a text of type and name for every question is slower.
const TYPE_BITS = { A: 1, AAAA: 2, CNAME: 4, MX: 8, NS: 16, PTR: 32, TXT: 64 } as const satisfies Record<
  RecordType,
  number
>;
const AHEAD = 128;

/**
 * What one evaluation may still ask, counted in one place (RFC 7208 §4.6.4). `ask` is what strictly sequential evaluation
 * asks and the only thing that is counted; `askAhead` only makes an answer come earlier.
 */
export class SpfBudget {
  readonly limits: Readonly<Limits>;
  readonly diagnostics: Diagnostic[];
  terms = 0;
  voids = 0;
  readonly #session: DnsSession;
  /** Distinct questions of strictly sequential evaluation. */
  queries = 0;
  readonly #asked = new Map<string, number>();
  #askedAhead = 0;
  #closed = false;

  constructor(session: DnsSession, limits: Readonly<Limits>, diagnostics: Diagnostic[]) {
    this.#session = session;
    this.limits = limits;
    this.diagnostics = diagnostics;
  }

  /** RFC 7208 §4.6.4: takes one of the 10 terms with lookups; the 11th gets none. */
  spendTerm(step: SpfStep): boolean {
    if (this.terms >= this.limits.spfTerms) return false;
    this.terms++;
    step.cost++;
    return true;
  }

  /** RFC 7208 §4.6.4: counts a term whose first answer was empty; `false` for the third of them. */
  spendVoid(step: SpfStep): boolean {
    step.void = true;
    return ++this.voids <= this.limits.spfVoid;
  }

  /** Asks within the limit on questions. No records are an empty list (RFC 7208 §5: NXDOMAIN too). */
  async ask<T extends RecordType>(
    name: string,
    type: T,
    log: SpfQuery[],
    origin: Origin,
  ): Promise<readonly RecordData[T][] | SpfFault> {
    const asked = this.#asked.get(name) ?? 0;
    if ((asked & TYPE_BITS[type]) === 0) {
      if (this.queries >= this.limits.spfQueries && !this.#closed) {
        this.diagnostics.push(diagnoseClient('spf.query-limit', { limit: this.limits.spfQueries }, { ...origin }));
        return 'query-limit';
      }
      this.queries++;
      this.#asked.set(name, asked | TYPE_BITS[type]);
    }
    return this.#read(await this.#session.query(name, type), log, origin);
  }

  #read<T extends RecordType>(
    answer: DnsAnswer<T>,
    log: SpfQuery[],
    origin: Origin,
  ): readonly RecordData[T][] | SpfFault {
    const { name, type, status } = answer;
    log.push({ name, type, status });
    switch (answer.status) {
      case 'answer':
        return answer.records;
      case 'nodata':
      case 'nxdomain':
        return [];
      case 'failure':
        if (this.#session.expired) {
          this.diagnostics.push(
            diagnoseClient('spf.deadline', { name, type, limit: this.limits.elapsedMs }, { ...origin }),
          );
          return 'deadline';
        }
        this.diagnostics.push(diagnose('spf.dns-failure', { name, type, reason: answer.reason }, { ...origin }));
        return 'dns-failure';
      default:
        return unreachable(answer);
    }
  }

  /**
   * Asks what later terms will need, at most `lookAhead` questions in all, and hands the records to `then`. Nothing waits
   * for it, and a failure means nothing here: whoever needs the answer asks again and is told.
   */
  askAhead<T extends RecordType>(name: string, type: T, then?: (records: readonly RecordData[T][]) => void): void {
    if (this.#closed || this.#session.expired) return;
    const asked = this.#asked.get(name) ?? 0;
    if ((asked & (TYPE_BITS[type] * (1 + AHEAD))) === 0) {
      if (this.#askedAhead >= this.limits.lookAhead) return;
      this.#askedAhead++;
      this.#asked.set(name, asked | (TYPE_BITS[type] * AHEAD));
    } else if (then === undefined) {
      return;
    }
    const answered = this.#session.query(name, type);
    // The one rejection is the caller's abort, which whoever waits for an answer gets too.
    if (then !== undefined) {
      answered.then(
        (answer) => {
          if (answer.status === 'answer' && !this.#closed) then(answer.records);
        },
        () => {},
      );
    }
  }

  /** The verdict is known: nothing more is asked ahead, and an explanation is outside the limits (RFC 7208 §4.6.4). */
  close(): void {
    this.#closed = true;
  }
}
