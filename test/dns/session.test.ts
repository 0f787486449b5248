import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { DnsAnswer, RecordType, Resolver } from '../../src/dns/resolver.ts';
import { DnsSession } from '../../src/dns/session.ts';
import { defaultLimits } from '../../src/limits.ts';

type Question = [name: string, type: RecordType, signal: AbortSignal | undefined];

/** A resolver that does what it is told, whatever the types say. */
function resolverOf(answer: (...question: Question) => unknown): Resolver & { questions: string[] } {
  const questions: string[] = [];
  return {
    questions,
    query<T extends RecordType>(name: string, type: T, options?: { signal?: AbortSignal }) {
      questions.push(`${type} ${name}`);
      return answer(name, type, options?.signal) as Promise<DnsAnswer<T>>;
    },
  };
}

const limits = { ...defaultLimits, elapsedMs: 1000 };
const open = (resolver: Resolver, signal?: AbortSignal, elapsedMs = 1000): DnsSession =>
  DnsSession.open({ resolver, ...(signal && { signal }) }, { ...limits, elapsedMs });

const never = () => new Promise<never>(() => {});
const nodata = () => Promise.resolve({ status: 'nodata' });

const thenable = (then: (resolve: (value: unknown) => void, reject: (error: unknown) => void) => void) => ({ then });

const unhandled = vi.fn();

beforeEach(() => {
  vi.useFakeTimers();
  process.on('unhandledRejection', unhandled);
});

afterEach(async () => {
  // Every test ends with no timer left that would keep a process alive, and with no rejection that nobody saw.
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
  await new Promise((resolve) => setTimeout(resolve, 0));
  process.off('unhandledRejection', unhandled);
  expect(unhandled).not.toHaveBeenCalled();
});

describe('questions', () => {
  test('each is asked once, however often and whenever it is put', async () => {
    const resolver = resolverOf(nodata);
    const session = open(resolver);
    const [first, second] = await Promise.all([session.query('a.example', 'A'), session.query('a.example', 'A')]);
    expect(await session.query('a.example', 'A')).toBe(first);
    expect(second).toBe(first);
    await session.query('a.example', 'AAAA');
    await session.query('b.example', 'A');
    expect(resolver.questions).toEqual(['A a.example', 'AAAA a.example', 'A b.example']);
  });

  test('a failure is not asked again either', async () => {
    const resolver = resolverOf(() => Promise.reject(new Error('no')));
    const session = open(resolver);
    await session.query('a.example', 'A');
    await session.query('a.example', 'A');
    expect(resolver.questions).toHaveLength(1);
  });

  test('a name and a type are never taken for another pair', async () => {
    const resolver = resolverOf(nodata);
    const session = open(resolver);
    await Promise.all((['A', 'AAAA', 'MX', 'TXT'] as const).map((type) => session.query('__proto__', type)));
    expect(resolver.questions).toHaveLength(4);
  });

  test('a call within a call shares its session', async () => {
    const resolver = resolverOf(nodata);
    const outer = open(resolver);
    const inner = DnsSession.open({ resolver: outer }, defaultLimits);
    expect(inner).toBe(outer);
    expect(open(resolver)).not.toBe(outer);
  });

  test('the answer says what was asked, whatever the resolver says it was', async () => {
    const resolver = resolverOf(async () => ({
      status: 'answer',
      name: 'evil.example',
      type: 'TXT',
      records: ['192.0.2.1'],
    }));
    expect(await open(resolver).query('a.example', 'A')).toEqual({
      name: 'a.example',
      type: 'A',
      status: 'answer',
      records: ['192.0.2.1'],
    });
  });
});

describe('whatever a resolver does becomes an answer', () => {
  const cases: [string, () => unknown, string, (string | RegExp)?][] = [
    ['returns undefined', () => undefined, 'malformed'],
    ['returns no promise', () => ({ status: 'nxdomain', records: 5 }), 'none'],
    ['returns a text', () => 'v=spf1 +all', 'malformed'],
    ['resolves with null', async () => null, 'malformed'],
    [
      'throws an error',
      () => {
        throw new Error('boom');
      },
      'network',
      'boom',
    ],
    [
      'throws a text',
      () => {
        throw 'boom';
      },
      'network',
      'boom',
    ],
    [
      'throws undefined',
      () => {
        throw undefined;
      },
      'network',
      'undefined',
    ],
    ['rejects with a symbol', () => Promise.reject(Symbol('why')), 'network', 'Symbol(why)'],
    [
      'rejects with an object without prototype',
      () => Promise.reject(Object.create(null)),
      'network',
      'the resolver threw',
    ],
    [
      'rejects with an error whose message is no text',
      () => Promise.reject(Object.assign(new Error(), { message: 5 })),
      'network',
      '5',
    ],
    [
      'rejects with an error whose message throws',
      () =>
        Promise.reject(
          Object.defineProperty(new Error(), 'message', {
            get() {
              throw 1;
            },
          }),
        ),
      'network',
      'the resolver threw',
    ],
    ['rejects with a long text', () => Promise.reject('x'.repeat(10_000)), 'network', 'x'.repeat(200)],
    [
      'has getters that throw',
      async () => ({
        get status() {
          throw new Error('trap');
        },
      }),
      'network',
      'trap',
    ],
    [
      'has records whose getters throw',
      async () => ({
        status: 'answer',
        records: [
          {
            get text() {
              throw new Error('trap');
            },
          },
        ],
      }),
      'network',
      'trap',
    ],
    [
      'has a list that throws',
      async () => ({
        status: 'answer',
        records: new Proxy([], {
          get() {
            throw new Error('trap');
          },
        }),
      }),
      'network',
      'trap',
    ],
    ['returns a thenable that rejects', () => thenable((_, reject) => reject('no')), 'network', 'no'],
    [
      'returns a thenable that throws',
      () =>
        thenable(() => {
          throw new Error('no');
        }),
      'network',
      'no',
    ],
    [
      'returns a thenable that answers twice',
      () =>
        thenable((resolve) => {
          resolve(5);
          resolve({ status: 'nodata' });
        }),
      'malformed',
    ],
    [
      'returns a million records',
      async () => ({ status: 'answer', records: new Array(1_000_000).fill({ text: 'v=spf1 +all' }) }),
      'malformed',
    ],
  ];
  test.each(cases)('%s', async (_, behaviour, reason, detail) => {
    const answer = await open(resolverOf(behaviour)).query('a.example', 'TXT');
    if (reason === 'none') return expect(answer).toEqual({ name: 'a.example', type: 'TXT', status: 'nxdomain' });
    expect(answer).toMatchObject({ name: 'a.example', type: 'TXT', status: 'failure', reason });
    if (detail !== undefined) expect(answer).toMatchObject({ detail });
  });

  test('a query that is a getter that throws', async () => {
    const resolver = {
      get query(): Resolver['query'] {
        throw new Error('trap');
      },
    };
    expect(await open(resolver).query('a.example', 'A')).toMatchObject({ reason: 'network', detail: 'trap' });
  });

  test('a resolver is called as a method of its own', async () => {
    class Own {
      answer = { status: 'nodata' };
      async query() {
        return this.answer;
      }
    }
    expect(await open(new Own() as unknown as Resolver).query('a.example', 'A')).toMatchObject({ status: 'nodata' });
  });
});

describe('the time of a call', () => {
  const timeout = { status: 'failure', reason: 'timeout', detail: 'no answer within 1000 ms' };

  test('questions that nobody answers end together when it is over', async () => {
    const session = open(resolverOf(never));
    const first = session.query('a.example', 'A');
    await vi.advanceTimersByTimeAsync(600);
    const second = session.query('b.example', 'A');
    let settled = 0;
    for (const answer of [first, second]) void answer.then(() => settled++);
    await vi.advanceTimersByTimeAsync(399);
    expect([settled, session.expired]).toEqual([0, false]);
    await vi.advanceTimersByTimeAsync(1);
    expect([settled, session.expired]).toEqual([2, true]);
    expect(await first).toMatchObject({ name: 'a.example', ...timeout });
    expect(await second).toMatchObject({ name: 'b.example', ...timeout });
  });

  test('a question that is put later is not asked', async () => {
    const resolver = resolverOf(never);
    const session = open(resolver);
    void session.query('a.example', 'A');
    await vi.advanceTimersByTimeAsync(1000);
    expect(await session.query('b.example', 'A')).toMatchObject({ name: 'b.example', ...timeout });
    expect(resolver.questions).toEqual(['A a.example']);
  });

  test('… even if nothing was pending when the time was over', async () => {
    const resolver = resolverOf(nodata);
    const session = open(resolver);
    await session.query('a.example', 'A');
    await vi.advanceTimersByTimeAsync(1001);
    expect(session.expired).toBe(false);
    expect(await session.query('b.example', 'A')).toMatchObject(timeout);
    expect([session.expired, resolver.questions]).toEqual([true, ['A a.example']]);
    expect(await session.query('a.example', 'A')).toMatchObject({ status: 'nodata' });
  });

  test('an answer that comes too late changes nothing', async () => {
    let answer: (value: unknown) => void = () => {};
    const session = open(
      resolverOf(
        () =>
          new Promise((resolve) => {
            answer = resolve;
          }),
      ),
    );
    const pending = session.query('a.example', 'A');
    await vi.advanceTimersByTimeAsync(1000);
    answer({ status: 'answer', records: ['192.0.2.1'] });
    expect(await pending).toMatchObject(timeout);
    expect(await session.query('a.example', 'A')).toMatchObject(timeout);
  });

  test('so does an error that comes too late', async () => {
    let fail: (value: unknown) => void = () => {};
    const session = open(
      resolverOf(
        () =>
          new Promise((_, reject) => {
            fail = reject;
          }),
      ),
    );
    const pending = session.query('a.example', 'A');
    await vi.advanceTimersByTimeAsync(1000);
    fail(new Error('late'));
    expect(await pending).toMatchObject(timeout);
  });

  test('the timer runs while something is pending, and only then', async () => {
    const answers: ((value: unknown) => void)[] = [];
    const session = open(resolverOf(() => new Promise((resolve) => answers.push(resolve))));
    expect(vi.getTimerCount()).toBe(0);
    const [first, second] = [session.query('a.example', 'A'), session.query('b.example', 'A')];
    await vi.advanceTimersByTimeAsync(0);
    expect(vi.getTimerCount()).toBe(1);
    answers[0]!({ status: 'nodata' });
    await first;
    expect(vi.getTimerCount()).toBe(1);
    answers[1]!({ status: 'nodata' });
    await second;
    expect(vi.getTimerCount()).toBe(0);
  });

  test('no timer is set for what is answered from memory', async () => {
    const set = vi.spyOn(globalThis, 'setTimeout');
    const session = open(resolverOf(async () => ({ status: 'nodata' })));
    for (const name of ['a.example', 'b.example', 'c.example']) await session.query(name, 'A');
    await Promise.all(['d.example', 'e.example'].map((name) => session.query(name, 'A')));
    expect(set).not.toHaveBeenCalled();
    set.mockRestore();
  });

  test('… but for what is not, whatever else is answered meanwhile', async () => {
    const session = open(resolverOf((name) => (name === 'slow.example' ? never() : nodata())));
    const slow = session.query('slow.example', 'A');
    for (let i = 0; i < 50; i++) await session.query(`n${i}.example`, 'A');
    await vi.advanceTimersByTimeAsync(1000);
    expect(await slow).toMatchObject(timeout);
  });

  test('a question that was refused is not ended a second time by an abort', async () => {
    const controller = new AbortController();
    const session = open(resolverOf(never), controller.signal);
    const pending = session.query('a.example', 'A');
    await vi.advanceTimersByTimeAsync(1000);
    const refused = session.query('b.example', 'A');
    controller.abort(new Error('too late'));
    expect(await Promise.all([pending, refused])).toMatchObject([timeout, timeout]);
  });

  test.each([Number.POSITIVE_INFINITY, 2 ** 40])('%d ms is no timer that overflows', async (elapsedMs) => {
    const session = open(
      resolverOf(() => new Promise((resolve) => setTimeout(resolve, 5000, { status: 'nodata' }))),
      undefined,
      elapsedMs,
    );
    const answer = session.query('a.example', 'A');
    await vi.advanceTimersByTimeAsync(5000);
    expect(await answer).toMatchObject({ status: 'nodata' });
  });

  test('no time at all: nothing is asked', async () => {
    const resolver = resolverOf(nodata);
    expect(await open(resolver, undefined, 0).query('a.example', 'A')).toMatchObject({ reason: 'timeout' });
    expect(resolver.questions).toEqual([]);
  });

  test('the signal that a resolver gets aborts when the time is over', async () => {
    const signals: AbortSignal[] = [];
    const session = open(
      resolverOf((_name, _type, signal) => {
        signals.push(signal!);
        return never();
      }),
    );
    void session.query('a.example', 'A');
    void session.query('b.example', 'A');
    expect(signals[0]).toBe(signals[1]);
    expect(signals[0]!.aborted).toBe(false);
    await vi.advanceTimersByTimeAsync(1000);
    expect(signals[0]!.reason).toEqual(new Error('no answer within 1000 ms'));
  });

  test('… also for a resolver that looks at it only then', async () => {
    let options: { signal?: AbortSignal } | undefined;
    const session = open({
      query: (_name, _type, given) => {
        options = given;
        return never();
      },
    });
    void session.query('a.example', 'A');
    await vi.advanceTimersByTimeAsync(1000);
    expect(options?.signal?.aborted).toBe(true);
  });
});

describe('abort', () => {
  const reason = new Error('the caller left');

  test('before: rejects with the reason, and asks nothing', async () => {
    const resolver = resolverOf(nodata);
    const session = open(resolver, AbortSignal.abort(reason));
    await expect(session.query('a.example', 'A')).rejects.toBe(reason);
    expect(resolver.questions).toEqual([]);
  });

  test('while pending: all reject at once, and the resolver is told', async () => {
    const controller = new AbortController();
    let told: AbortSignal | undefined;
    const session = open(
      resolverOf((_name, _type, signal) => {
        told = signal;
        return never();
      }),
      controller.signal,
    );
    const answers = [session.query('a.example', 'A'), session.query('b.example', 'A')];
    controller.abort(reason);
    for (const answer of answers) await expect(answer).rejects.toBe(reason);
    expect([told?.aborted, told?.reason]).toEqual([true, reason]);
    expect(session.expired).toBe(false);
  });

  test('with a reason that is no error', async () => {
    const controller = new AbortController();
    const answer = open(resolverOf(never), controller.signal).query('a.example', 'A');
    controller.abort('enough');
    await expect(answer).rejects.toBe('enough');
  });

  test('of a question that nobody waits for is no unhandled rejection', async () => {
    const controller = new AbortController();
    const session = open(resolverOf(never), controller.signal);
    void session.query('a.example', 'A');
    controller.abort(reason);
    void session.query('b.example', 'A');
    await vi.advanceTimersByTimeAsync(0);
    await expect(session.query('a.example', 'A')).rejects.toBe(reason);
  });

  test('after the answer: the answer stays, a new question rejects', async () => {
    const controller = new AbortController();
    const session = open(resolverOf(nodata), controller.signal);
    await session.query('a.example', 'A');
    controller.abort(reason);
    expect(await session.query('a.example', 'A')).toMatchObject({ status: 'nodata' });
    await expect(session.query('b.example', 'A')).rejects.toBe(reason);
  });

  test('a resolver that looks at its signal only after the abort finds it aborted', async () => {
    const controller = new AbortController();
    let options: { signal?: AbortSignal } | undefined;
    const session = open(
      {
        query: (_name, _type, given) => {
          options = given;
          return never();
        },
      },
      controller.signal,
    );
    const answer = session.query('a.example', 'A');
    controller.abort(reason);
    await expect(answer).rejects.toBe(reason);
    expect(options?.signal?.reason).toBe(reason);
  });

  test('the caller’s signal is listened to only while something is pending', async () => {
    const { signal } = new AbortController();
    const added = vi.spyOn(signal, 'addEventListener');
    const removed = vi.spyOn(signal, 'removeEventListener');
    const session = open(resolverOf(nodata), signal);
    await Promise.all([session.query('a.example', 'A'), session.query('b.example', 'A')]);
    await session.query('c.example', 'A');
    expect([added.mock.calls.length, removed.mock.calls.length]).toEqual([2, 2]);
    expect(removed.mock.calls).toEqual(added.mock.calls);
  });
});
