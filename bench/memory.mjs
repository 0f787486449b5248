// Peak memory of one process that verifies one message; `read` reads it and throws it away.
import { createReadStream, readFileSync } from 'node:fs';
import { loadCorpus } from './corpus/load.mjs';
import { built } from './libraries/built.mjs';

const [folder, library, mode] = process.argv.slice(2);
const corpus = loadCorpus(folder);
const file = corpus.file('base6425m');
const source = () => (mode === 'stream' ? createReadStream(file) : readFileSync(file));

const verifiers = {
  async read() {
    for await (const _ of mode === 'stream' ? source() : [source()]);
    return 'pass';
  },
  async mailverdict() {
    const { memoryResolver, verifyDkimSignatures } = await import(built('core.js'));
    const [{ result }] = await verifyDkimSignatures(source(), { resolver: memoryResolver(corpus.zone) });
    return result;
  },
  async mailauth() {
    const { mailauth } = await import('./libraries/mailauth-modules.mjs');
    const resolver = async (name, type) => (type === 'TXT' ? [corpus.zone[name].TXT] : []);
    const { results } = await mailauth.dkimVerify(source(), { resolver });
    return results[0].status.result;
  },
};

const result = await verifiers[library]();
if (result !== 'pass') throw new Error(`${library}: ${result}`);
// The kernel's peak for this program alone: the peak that Node reports begins with that of the process which started it.
const status = readFileSync('/proc/self/status', 'utf8');
console.log(Number(/VmHWM:\s*(\d+) kB/.exec(status)[1]) / 1024);
