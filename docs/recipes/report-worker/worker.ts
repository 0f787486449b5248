// A Cloudflare Worker that reads aggregate reports: mail in, a queue in the middle, a Durable Object per domain that adds up.
import { DurableObject } from 'cloudflare:workers';
import { authenticateMessage, dohResolver } from 'mailverdict';
import type { AggregateSummary } from 'mailverdict/reports';
import { mergeSummaries, openReport, parseAggregateReport, summarizeAggregateReports } from 'mailverdict/reports';

interface Env {
  /** The mails as they came: a queue message has room for 128 KB only. */
  MAILS: R2Bucket;
  /** Keys of mails that wait to be read. */
  WAITING: Queue<string>;
  SUMMARIES: DurableObjectNamespace<DomainSummary>;
  DOH_URL: string;
  /** What a reader of summaries sends as "Authorization: Bearer …". */
  TOKEN: string;
}

/** The summaries of one policy domain, one for each day. */
export class DomainSummary extends DurableObject<Env> {
  /** Adding a report again changes nothing but the number of duplicates: the queue may deliver a mail twice. */
  async add(day: string, summary: AggregateSummary): Promise<void> {
    const known = await this.ctx.storage.get<AggregateSummary>(day);
    await this.ctx.storage.put(day, known ? mergeSummaries(known, summary) : summary);
  }

  async read(since: string): Promise<AggregateSummary> {
    const days = await this.ctx.storage.list<AggregateSummary>({ start: since });
    return mergeSummaries(summarizeAggregateReports([]), ...days.values());
  }
}

export default {
  /** Takes the mail in and has done: reading waits for the queue, which spreads it over machines and tries again. */
  async email(message, env) {
    const key = crypto.randomUUID();
    await env.MAILS.put(key, await new Response(message.raw).arrayBuffer(), { customMetadata: { from: message.from } });
    await env.WAITING.send(key);
  },

  async queue(batch, env) {
    await Promise.all(
      batch.messages.map(async (message) => {
        const mail = await env.MAILS.get(message.body);
        if (mail === null) return message.ack(); // Read by an earlier delivery.
        const read = await readReport(await mail.bytes(), mail.customMetadata?.from ?? '', env);
        if (read === 'later') return message.retry({ delaySeconds: 600 });
        if (read !== 'none') {
          const { domain, day, summary } = read;
          await env.SUMMARIES.get(env.SUMMARIES.idFromName(domain)).add(day, summary);
        }
        await env.MAILS.delete(message.body);
      }),
    );
  },

  /** GET /example.com?since=2026-11-01: the summary of all reports from that day on. */
  async fetch(request, env) {
    if (request.headers.get('authorization') !== `Bearer ${env.TOKEN}`) return new Response('no', { status: 401 });
    const { pathname, searchParams } = new URL(request.url);
    const object = env.SUMMARIES.get(env.SUMMARIES.idFromName(pathname.slice(1)));
    return Response.json(await object.read(searchParams.get('since') ?? ''));
  },
} satisfies ExportedHandler<Env, string>;

/** The report in a mail; nothing where there is none, or where its author is not who it says. */
async function readReport(mail: Uint8Array, mailFrom: string, env: Env) {
  const resolver = dohResolver({ url: env.DOH_URL });
  // RFC 9990 §3.5.2: mail with reports must have an aligned pass. By DKIM: who connected, and so SPF, is not known any more.
  const session = { ip: '0.0.0.0', helo: 'unknown.invalid', mailFrom };
  const { dmarc } = await authenticateMessage(mail, session, { resolver });
  if (dmarc.result === 'temperror') return 'later';
  if (!dmarc.alignments.some(({ aligned, result }) => aligned && result === 'pass')) return 'none';
  const opened = await openReport(mail);
  const report = opened.value?.kind === 'aggregate' ? parseAggregateReport(opened.value.bytes).value : undefined;
  if (report === undefined) return 'none';
  const { policyPublished, reportMetadata } = report;
  const day = new Date(reportMetadata.dateRange.begin * 1000).toISOString().slice(0, 10);
  return { domain: policyPublished.domain, day, summary: summarizeAggregateReports([report]) };
}
