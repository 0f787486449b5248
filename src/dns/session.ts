import type { Environment } from '../environment.ts';
import type { Limits } from '../limits.ts';
import { checkAnswer, failure } from './answer.ts';
import type { DnsAnswer, RecordType, Resolver } from './resolver.ts';

// A longer delay overflows the timers of every runtime and fires at once.
const MAX_TIMER_MS = 2_147_483_647;

// For so many turns of the microtask queue without any answer no timer is set. Answers from memory take two or three, and
// to set and clear a timer costs as much as such an answer.
const TURNS_WITHOUT_TIMER = 8;

/** A question, and how whoever asked it is told. */
interface Question {
  readonly name: string;
  readonly type: RecordType;
  readonly answer: Promise<DnsAnswer<never>>;
  resolve(answer: DnsAnswer<never>): void;
  reject(reason: unknown): void;
  pending: boolean;
  /** An earlier question about the same name. */
  readonly earlier: Question | undefined;
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
  /** The latest question about each name, which knows the earlier ones: a key made of name and type would cost a text. */
  readonly #questions = new Map<string, Question>();
  readonly #deadline: number;
  readonly #options: QueryOptions;
  #controller: AbortController | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #pending = 0;
  #watching = false;
  /** Turns of the microtask queue in which no answer came. */
  #idleTurns = 0;
  #abort: (() => void) | undefined;
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
    this.#options = new QueryOptions(this);
  }

  /** Whether the call's time was over before the last answer came. */
  get expired(): boolean {
    return this.#expired;
  }

  query<T extends RecordType>(name: string, type: T): Promise<DnsAnswer<T>> {
    const latest = this.#questions.get(name);
    let question = latest;
    while (question !== undefined && question.type !== type) question = question.earlier;
    if (question === undefined) {
      question = newQuestion(name, type, latest);
      this.#questions.set(name, question);
      this.#ask(question);
    }
    // The questions are of all types; what this one resolves to is what checkAnswer made of its own type.
    return question.answer as Promise<DnsAnswer<T>>;
  }

  /** For `QueryOptions` only. */
  get abortSignal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#signal?.aborted) this.#controller.abort(this.#signal.reason);
      else if (this.#expired) this.#controller.abort(this.#timeout());
    }
    return this.#controller.signal;
  }

  #ask(question: Question): void {
    if (this.#signal !== undefined) {
      // A question that was asked ahead may never be awaited; an abort must not become an unhandled rejection then.
      question.answer.catch(() => {});
      if (this.#signal.aborted) {
        question.reject(this.#signal.reason);
        return;
      }
    }
    // Timers fire late, and none runs while nothing is asked.
    if (performance.now() >= this.#deadline) this.#expired = true;
    if (this.#expired) this.#timeOut(question);
    else this.#send(question);
  }

  #send(question: Question): void {
    this.#open(question);
    try {
      Promise.resolve(this.#resolver.query(question.name, question.type, this.#options)).then(
        (raw) => this.#settle(question, raw),
        (error: unknown) => this.#fail(question, error),
      );
    } catch (error) {
      this.#fail(question, error);
    }
    // After the resolver was called: its answer may be in the queue by now, and the turn that looks for it comes behind.
    if (!this.#watching) this.#watch();
  }

  #settle(question: Question, raw: unknown): void {
    if (!question.pending) return;
    try {
      const answer = checkAnswer(raw, question.name, question.type, this.#limits.dnsRecords);
      this.#close(question);
      question.resolve(answer as DnsAnswer<never>);
    } catch (error) {
      this.#fail(question, error);
    }
  }

  #fail(question: Question, error: unknown): void {
    if (!question.pending) return;
    this.#close(question);
    question.resolve(failure(question.name, question.type, 'network', describeError(error)) as DnsAnswer<never>);
  }

  #timeOut({ name, type, resolve }: Question): void {
    resolve(failure(name, type, 'timeout', this.#timeout().message) as DnsAnswer<never>);
  }

  #open(question: Question): void {
    question.pending = true;
    if (this.#pending++ > 0 || this.#signal === undefined) return;
    const signal = this.#signal;
    this.#abort ??= () => this.#finish((question) => question.reject(signal.reason), signal.reason);
    signal.addEventListener('abort', this.#abort);
  }

  #close(question: Question): void {
    question.pending = false;
    this.#idleTurns = 0;
    if (--this.#pending > 0) return;
    if (this.#timer !== undefined) {
      clearTimeout(this.#timer);
      this.#timer = undefined;
      this.#watching = false;
    }
    if (this.#abort !== undefined) this.#signal?.removeEventListener('abort', this.#abort);
  }

  /** Looks after each turn of the microtask queue whether answers come, and sets the timer when none do. */
  #watch(): void {
    this.#watching = this.#pending > 0;
    if (!this.#watching) return;
    if (this.#idleTurns++ < TURNS_WITHOUT_TIMER) {
      Promise.resolve().then(() => this.#watch());
      return;
    }
    const left = Math.max(0, this.#deadline - performance.now());
    this.#timer = setTimeout(() => this.#expire(), Math.min(left, MAX_TIMER_MS));
  }

  #expire(): void {
    this.#expired = true;
    this.#finish((question) => this.#timeOut(question), this.#timeout());
  }

  #finish(settle: (question: Question) => void, reason: unknown): void {
    const open: Question[] = [];
    for (const latest of this.#questions.values()) {
      for (let question: Question | undefined = latest; question; question = question.earlier) {
        if (question.pending) open.push(question);
      }
    }
    for (const question of open) this.#close(question);
    for (const question of open) settle(question);
    this.#controller?.abort(reason);
  }

  #timeout(): Error {
    return new Error(`no answer within ${this.#limits.elapsedMs} ms`);
  }
}

/** What a resolver is given. Most never look at the signal: it is made when one does. */
class QueryOptions {
  readonly #session: DnsSession;

  constructor(session: DnsSession) {
    this.#session = session;
  }

  get signal(): AbortSignal {
    return this.#session.abortSignal;
  }
}

function newQuestion(name: string, type: RecordType, earlier: Question | undefined): Question {
  let resolve!: Question['resolve'];
  let reject!: Question['reject'];
  const answer = new Promise<DnsAnswer<never>>((res, rej) => {
    resolve = res;
    reject = rej;
  });
  return { name, type, answer, resolve, reject, pending: false, earlier };
}

function describeError(error: unknown): string {
  try {
    return String(error instanceof Error ? error.message : error);
  } catch {
    return 'the resolver threw';
  }
}
