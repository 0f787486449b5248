import type { Environment } from '../environment.ts';
import type { Limits } from '../limits.ts';
import { checkAnswer, failure } from './answer.ts';
import type { DnsAnswer, RecordType, Resolver } from './resolver.ts';

// A longer delay overflows the timers of every runtime and fires at once.
const MAX_TIMER_MS = 2 ** 31 - 1;

interface PendingQuestion {
  name: string;
  type: RecordType;
  resolve(answer: DnsAnswer<never>): void;
  reject(reason: unknown): void;
}

/**
 * The boundary to a foreign resolver, one for each call of the library. It asks each question once, turns whatever the
 * resolver does into an answer, and fails every question once `elapsedMs` have passed. It rejects only when the caller's
 * signal aborts.
 */
export class DnsSession implements Resolver {
  readonly #resolver: Resolver;
  readonly #limits: Readonly<Limits>;
  readonly #signal: AbortSignal | undefined;
  readonly #answers = new Map<string, Promise<DnsAnswer<never>>>();
  readonly #pending = new Set<PendingQuestion>();
  readonly #deadline: number;
  readonly #options: { readonly signal: AbortSignal };
  #controller: AbortController | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #expired = false;

  /** The session of a call. Within another call of ours the resolver is that call's session, which is then shared. */
  static open(env: Environment, limits: Readonly<Limits>): DnsSession {
    return env.resolver instanceof DnsSession ? env.resolver : new DnsSession(env, limits);
  }

  private constructor(env: Environment, limits: Readonly<Limits>) {
    this.#resolver = env.resolver;
    this.#limits = limits;
    this.#signal = env.signal;
    this.#deadline = performance.now() + limits.elapsedMs;
    const session = this;
    // Most resolvers never look at the signal: it is made when one does.
    this.#options = {
      get signal() {
        return session.#abortSignal();
      },
    };
  }

  /** Whether the call's time was over before the last answer came. */
  get expired(): boolean {
    return this.#expired;
  }

  query<T extends RecordType>(name: string, type: T): Promise<DnsAnswer<T>> {
    const key = `${type} ${name}`;
    let answer = this.#answers.get(key) as Promise<DnsAnswer<T>> | undefined;
    if (answer === undefined) {
      answer = this.#ask(name, type);
      // A question that was asked ahead may never be awaited; an abort must not become an unhandled rejection then.
      if (this.#signal !== undefined) answer.catch(() => {});
      this.#answers.set(key, answer as unknown as Promise<DnsAnswer<never>>);
    }
    return answer;
  }

  #ask<T extends RecordType>(name: string, type: T): Promise<DnsAnswer<T>> {
    return new Promise((resolve, reject) => {
      if (this.#signal?.aborted) return reject(this.#signal.reason);
      const question: PendingQuestion = { name, type, resolve, reject };
      // Timers fire late, and none runs while nothing is asked.
      if (performance.now() >= this.#deadline) this.#expired = true;
      if (this.#expired) return this.#timeOut(question);
      this.#watch(question);
      try {
        const answered = Promise.resolve(this.#resolver.query(name, type, this.#options));
        answered.then(
          (raw) => this.#settle(question, raw),
          (error: unknown) => this.#fail(question, error),
        );
      } catch (error) {
        this.#fail(question, error);
      }
    });
  }

  #settle(question: PendingQuestion, raw: unknown): void {
    try {
      // The pending questions are of all types; what this one resolves to is what checkAnswer made of its own type.
      const answer = checkAnswer(raw, question.name, question.type, this.#limits.dnsRecords) as DnsAnswer<never>;
      this.#unwatch(question);
      question.resolve(answer);
    } catch (error) {
      this.#fail(question, error);
    }
  }

  #fail(question: PendingQuestion, error: unknown): void {
    this.#unwatch(question);
    question.resolve(failure(question.name, question.type, 'network', describeError(error)) as DnsAnswer<never>);
  }

  #timeOut({ name, type, resolve }: PendingQuestion): void {
    resolve(failure(name, type, 'timeout', this.#timeout().message) as DnsAnswer<never>);
  }

  #watch(question: PendingQuestion): void {
    if (this.#pending.size === 0) {
      const left = Math.max(0, this.#deadline - performance.now());
      this.#timer = setTimeout(this.#expire, Math.min(left, MAX_TIMER_MS));
      this.#signal?.addEventListener('abort', this.#abort);
    }
    this.#pending.add(question);
  }

  #unwatch(question: PendingQuestion): void {
    if (!this.#pending.delete(question) || this.#pending.size > 0) return;
    clearTimeout(this.#timer);
    this.#signal?.removeEventListener('abort', this.#abort);
  }

  readonly #expire = (): void => {
    this.#expired = true;
    this.#finish((question) => this.#timeOut(question), this.#timeout());
  };

  readonly #abort = (): void => {
    const reason: unknown = this.#signal?.reason;
    this.#finish((question) => question.reject(reason), reason);
  };

  #finish(settle: (question: PendingQuestion) => void, reason: unknown): void {
    const open = [...this.#pending];
    for (const question of open) this.#unwatch(question);
    for (const question of open) settle(question);
    this.#controller?.abort(reason);
  }

  #timeout(): Error {
    return new Error(`no answer within ${this.#limits.elapsedMs} ms`);
  }

  #abortSignal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#signal?.aborted) this.#controller.abort(this.#signal.reason);
      else if (this.#expired) this.#controller.abort(this.#timeout());
    }
    return this.#controller.signal;
  }
}

function describeError(error: unknown): string {
  try {
    return String(error instanceof Error ? error.message : error);
  } catch {
    return 'the resolver threw';
  }
}
