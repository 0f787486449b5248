import { createServer } from 'node:http';

/**
 * What the engines talk to: a DoH server for both forms, the ways in which one can misbehave, and the page for browsers.
 * All on one origin, so that no browser asks for CORS.
 *
 * @param answerDoh - the address of a server that answers DNS questions
 * @param files - what is served by path: `{ type, body }`
 */
export async function startServer(answerDoh, files) {
  const server = createServer((request, response) => {
    const url = new URL(request.url, 'http://127.0.0.1');
    const file = files[url.pathname];
    if (file !== undefined) return response.writeHead(200, { 'content-type': file.type }).end(file.body);
    const misbehave = Object.hasOwn(faults, url.pathname) ? faults[url.pathname] : undefined;
    if (misbehave !== undefined) return misbehave(response, url);
    return relay(response, `${answerDoh}${url.search}`);
  });
  const origin = await listen(server);
  return { origin, closed: await closedAddress(), close: () => stop(server) };
}

const typeOf = (url) => (url.searchParams.has('dns') ? 'application/dns-message' : 'application/dns-json');

const faults = {
  '/never': () => {},
  '/slow': (response, url) => {
    response.writeHead(200, { 'content-type': typeOf(url) });
    const timer = setInterval(() => response.write('\0'), 50);
    response.on('close', () => clearInterval(timer));
  },
  '/html': (response) => {
    response
      .writeHead(200, { 'content-type': 'text/html' })
      .end('<!doctype html><title>Sign in to this network</title>');
  },
  '/big': (response, url) => {
    response.writeHead(200, { 'content-type': typeOf(url) }).end(Buffer.alloc(10_000_000, ' '));
  },
  // Whoever follows it gets a good answer.
  '/redirect': (response, url) => {
    response.writeHead(307, { location: `/dns-query${url.search}` }).end();
  },
  '/error': (response) => {
    response.writeHead(503, { 'content-type': 'application/dns-message' }).end('busy');
  },
};

async function relay(response, url) {
  const answer = await fetch(url);
  const body = Buffer.from(await answer.arrayBuffer());
  response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? '' }).end(body);
}

async function listen(server) {
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${server.address().port}`;
}

/** An address where nobody listens any more. */
async function closedAddress() {
  const server = createServer();
  const origin = await listen(server);
  await stop(server);
  return `${origin}/dns-query`;
}

async function stop(server) {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}
