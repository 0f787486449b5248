// What the tests of the recipes share: the sample, forgeries of it, name servers, and programs as processes.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { fileURLToPath } from 'node:url';

export const { serveDns, serveDoh } = await import('./dist/name-servers.mjs');
/** The packed package. */
export const mailverdict = await import('./dist/mailverdict.mjs');

const read = (path) => readFileSync(new URL(`../../${path}`, import.meta.url));
export const sample = read('sample/message.eml');
export const sampleZone = JSON.parse(read('sample/zone.json'));
export const sampleEnvelope = { ip: '192.0.2.25', helo: 'mx.example.org', mailFrom: 'bounce@news.example.org' };

/** The sample with another body: both signatures fail. Sent from elsewhere, nothing authenticates it. */
export const forged = Buffer.from(sample.toString('latin1').replace('Hello Ann', 'Pay here, Ann'), 'latin1');
export const forgedEnvelope = { ip: '198.51.100.66', helo: 'mail.attacker.example', mailFrom: 'x@attacker.example' };

/** The sample's zone with another DMARC record, and records of more names. */
export function zoneWith(dmarc, more = {}) {
  return { ...sampleZone, ...(dmarc && { '_dmarc.example.org': { TXT: [dmarc] } }), ...more };
}

/** A zone in which the DMARC record cannot be had. */
export const brokenZone = { ...sampleZone, '_dmarc.example.org': { TXT: { failure: 'servfail' } } };

/** The folder of a recipe, as copied beside the packed package. */
export const recipe = (name) => fileURLToPath(new URL(`./dist/recipes/${name}/`, import.meta.url));

/** Runs work with a DNS-over-HTTPS server for the zone, and closes it. */
export async function withDoh(zone, work) {
  const server = await serveDoh(zone);
  try {
    return await work(server.url);
  } finally {
    await server.close();
  }
}

export async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Does what the recipe tells its reader to do: edits shouldReject so that it agrees. */
export function withReject(source) {
  const edited = source.replace(/(function shouldReject[^{]*\{\s*return )false;/, '$1true;');
  if (edited === source) throw new Error('no function shouldReject that returns false');
  return edited;
}

/** Starts a program, waits until its port answers, and gives a function that ends it. */
export async function start(command, args, { port, cwd, env = {} }) {
  const child = spawn(command, args, { cwd, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  const collect = (data) => {
    output += data;
  };
  child.stdout.on('data', collect);
  child.stderr.on('data', collect);
  const ended = new Promise((resolve) => child.on('close', resolve));
  for (let tries = 0; !(await answers(port)); tries++) {
    if (child.exitCode !== null || tries > 300) {
      child.kill();
      throw new Error(`${command} ${args.join(' ')} did not start:\n${output}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return async () => {
    child.kill();
    await ended;
  };
}

function answers(port) {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}

/** Runs a program to its end. */
export async function runProgram(command, args, options = {}) {
  const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (output += data));
  const code = await new Promise((resolve) => child.on('close', resolve));
  return { code, output };
}
