// An HTTP service on Deno: POST a message, get the verdict as JSON.
//   deno run --allow-net --allow-env main.ts
//   curl --data-binary @message.eml 'http://localhost:8000/?ip=192.0.2.25&helo=mx.example.org&mailFrom=bounce@news.example.org'
import { authenticateMessage, cachingResolver, createKeyCache, dohResolver } from 'mailverdict';

// Made once, used for every request: answers and imported keys are kept between messages.
const environment = {
  resolver: cachingResolver(dohResolver({ url: Deno.env.get('DOH_URL') ?? 'https://cloudflare-dns.com/dns-query' })),
  keyCache: createKeyCache(),
};

async function verdictOf(request: Request): Promise<Response> {
  if (request.method !== 'POST' || request.body === null) {
    return Response.json({ error: 'POST a message' }, { status: 405, headers: { allow: 'POST' } });
  }
  const query = new URL(request.url).searchParams;
  const envelope = {
    ip: query.get('ip') ?? '',
    helo: query.get('helo') ?? '',
    mailFrom: query.get('mailFrom') ?? '', // the empty string is the null reverse path of bounces
  };
  try {
    // The body is judged while it arrives. Whatever the message and DNS say, the result is a verdict, never an exception.
    return Response.json(await authenticateMessage(request.body, envelope, environment));
  } catch (error) {
    // Only a wrong argument throws, such as an "ip" that is none; the message says which.
    if (error instanceof TypeError) return Response.json({ error: error.message }, { status: 400 });
    throw error;
  }
}

Deno.serve({ port: Number(Deno.env.get('PORT') ?? 8000) }, verdictOf);
