// A webhook for a provider that receives mail for you and posts each raw message (SendGrid, Mailgun, Postmark …).
import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { authenticateMessage, cachingResolver, createKeyCache, dohResolver } from 'mailverdict';

const environment = {
  resolver: cachingResolver(dohResolver({ url: process.env.DOH_URL ?? 'https://cloudflare-dns.com/dns-query' })),
  keyCache: createKeyCache(),
};

const app = new Hono();
// The key in the path is a secret between the provider and you: "sender_ip" can be trusted only if the request can.
app.post('/inbound/:key', async (c) => {
  if (c.req.param('key') !== process.env.WEBHOOK_KEY) return c.text('Not found', 404);
  const field = await readForm(c.req.raw);
  const [envelope, ip] = [JSON.parse(field('envelope').toString()), field('sender_ip').toString()];
  // HELO is not posted. An address literal has no SPF record, so that only MAIL FROM counts.
  const client = { ip, helo: `[${ip}]`, mailFrom: envelope.from };
  const verdict = await authenticateMessage(field('email'), client, environment);

  const handling = handlingOf(verdict);
  // The webhook's form of "451, try again later": providers post again after a 5xx.
  if (handling === 'retry') return c.text('DNS failed', 503, { 'Retry-After': '300' });
  if (handling !== 'discard') {
    // Store the message here: envelope.to, field('email'), and the handling.
  }
  const { dmarc, spf, dkim } = verdict;
  return c.json({ handling, dmarc: dmarc.result, spf: spf.mailFrom.result, dkim: dkim.map(({ result }) => result) });
});

/** deliver: to the inbox. quarantine: to the spam folder. discard: nowhere. retry: DNS failed, nothing is known. */
function handlingOf(verdict) {
  const { result, policy, disposition } = verdict.dmarc;
  // RFC 9989 §5.4: p=none must not change how mail is handled.
  if (result === 'temperror' && policy?.effective !== 'none') return 'retry';
  if (result === 'fail' && policy.effective === 'reject' && shouldReject(verdict)) return 'discard';
  return disposition === 'quarantine' ? 'quarantine' : 'deliver';
}

/**
 * Yours to edit. That the domain asks for rejection is never reason enough: mailing lists and forwarders break SPF and DKIM
 * of honest mail, and RFC 9989 (§5.4, §7.4 and §8) says MUST NOT. Here it is worse than in SMTP: the provider has already
 * accepted the message, so nobody is told. Return true where you know more about this sender or message.
 */
function shouldReject(_verdict) {
  return false;
}

/**
 * Reads the form so that every field keeps its octets. Form parsers take fields for UTF-8 and change mail in any other
 * charset, which breaks its signatures; here each octet passes through the parser as one character.
 */
async function readForm(request) {
  const octets = Buffer.from(await request.arrayBuffer()).toString('latin1');
  const type = request.headers.get('content-type') ?? '';
  const form = await new Response(octets, { headers: { 'content-type': type } }).formData();
  return (name) => Buffer.from(form.get(name) ?? '', 'latin1');
}

serve({ fetch: app.fetch, port: Number(process.env.PORT ?? 3000) });
