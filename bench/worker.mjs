// Measures the rows of one library in a process of its own, and prints what came of it as JSON.
import { loadCorpus } from './corpus/load.mjs';
import { rows } from './rows.mjs';

const [folder, library, ids, ms, clock] = process.argv.slice(2);

const cpuMs = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};
const now = clock === 'cpu' ? cpuMs : () => performance.now();

/** Operations per second. Batches, so that reading the clock costs nothing. */
async function measure(operate, warmUp, budget) {
  const asynchronous = operate() instanceof Promise;
  let batch = 1;
  const run = async (least) => {
    let count = 0;
    const start = now();
    let passed = 0;
    while (passed < least || count < 2) {
      if (asynchronous) for (let i = 0; i < batch; i++) await operate();
      else for (let i = 0; i < batch; i++) operate();
      count += batch;
      const before = passed;
      passed = now() - start;
      if (passed - before < 5) batch *= 2;
    }
    return (count / passed) * 1000;
  };
  await run(warmUp);
  return run(budget);
}

const { jobs } = await import(`./libraries/${library}.mjs`);
const corpus = loadCorpus(folder);
const results = {};
const warm = new Set();

/** The compiler needs three seconds for as much code as this; what later rows of a group run was compiled for the first. */
function warmUp(id) {
  const { group } = rows.find((row) => row.id === id);
  const first = !warm.has(group);
  warm.add(group);
  const budget = Number(ms);
  return first ? Math.max(7 * budget, budget < 200 ? 0 : 3000) : Math.max(2 * budget, budget < 200 ? 0 : 1000);
}

for (const id of ids.split(',')) {
  const operate = await jobs[id]?.(corpus);
  if (operate !== undefined) results[id] = await measure(operate, warmUp(id), Number(ms));
  // Garbage of one row is not to be collected in the next.
  globalThis.gc?.();
}
console.log(JSON.stringify(results));
process.exit(0);
