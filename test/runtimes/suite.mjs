// The portable suite: every public function of the built package, with nothing but what each engine has.
import { Failure } from './assertions.mjs';
import { auditCases } from './cases/audit.mjs';
import { dkimCases } from './cases/dkim.mjs';
import { dmarcCases } from './cases/dmarc.mjs';
import { dohCases } from './cases/doh.mjs';
import { arcCases, headerCases, signingCases } from './cases/headers.mjs';
import { messageCases } from './cases/message.mjs';
import { planCases } from './cases/plans.mjs';
import { publishingCases } from './cases/publishing.mjs';
import { recordCases } from './cases/records.mjs';
import { reportCases } from './cases/reports.mjs';
import { resolverCases } from './cases/resolvers.mjs';
import { senderCases } from './cases/senders.mjs';
import { spfCases } from './cases/spf.mjs';
import { verdictCases } from './cases/verdict.mjs';
import { identify } from './identify.mjs';
import { chosenProvider } from './provider.mjs';
import { measureSpeed } from './speed.mjs';

// A case is { name, run(lib, fixtures) }; it fails by throwing. `lib` holds the exports of all portable entry points.
const cases = [
  ...recordCases,
  ...publishingCases,
  ...planCases,
  ...messageCases,
  ...spfCases,
  ...dkimCases,
  ...dmarcCases,
  ...headerCases,
  ...signingCases,
  ...arcCases,
  ...verdictCases,
  ...resolverCases,
  ...reportCases,
  ...senderCases,
  ...auditCases,
  ...dohCases,
];

// An assertion says all in its message; what else is thrown needs its place.
function describe(error) {
  if (!(error instanceof Error) || error instanceof Failure) return String(error);
  return String(error.stack).includes(error.message) ? error.stack : `${error}\n${error.stack}`;
}

/** Runs every case; `lib` is all portable entry points in one object, `fixtures` plain data made by the runner. */
export async function runSuite(lib, fixtures) {
  const used = new Set();
  const watched = new Proxy(lib, {
    get(target, name) {
      used.add(name);
      return target[name];
    },
  });
  const failed = [];
  let passed = 0;
  const attempt = async (name, run) => {
    try {
      await run();
      passed++;
    } catch (error) {
      failed.push({ name, message: describe(error) });
    }
  };
  for (const { name, run } of cases) await attempt(name, () => run(watched, fixtures));
  await attempt('every exported function is exercised by a case', () => {
    const missed = Object.keys(lib).filter((name) => typeof lib[name] === 'function' && !used.has(name));
    if (missed.length > 0) throw new Error(`no case uses ${missed.join(', ')}`);
  });
  const result = { engine: identify(), passed, failed };
  await attempt('the provider chosen by default', async () => {
    Object.assign(result, await chosenProvider(lib, fixtures));
  });
  await attempt('verifications with each provider', async () => {
    result.speed = await measureSpeed(lib, fixtures.speed);
  });
  return { ...result, passed };
}
