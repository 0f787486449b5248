// Runs the bundle inside the VM of edge-runtime: node edge-host.mjs BUNDLE. What the VM sees is its own globals only.
import { readFileSync } from 'node:fs';
import { EdgeVM } from '@edge-runtime/vm';

const vm = new EdgeVM();
vm.evaluate(readFileSync(process.argv[2], 'utf8'));
console.log(await vm.evaluate('suite.run().then(JSON.stringify)'));
