// A Cloudflare Email Worker: judges each message while it streams in, marks it and forwards it.
import { authenticateMessage, dohResolver, type MessageVerdict } from 'mailverdict';

interface Env {
  /** A DNS-over-HTTPS server: a Worker has no other DNS. */
  DOH_URL: string;
  /** A verified destination address of your account. */
  FORWARD_TO: string;
  /** Where whole verdicts are kept; leave the binding out to keep none. */
  VERDICTS?: KVNamespace;
}

export default {
  async email(message, env) {
    const envelope = { ...smtpClient(message.headers), mailFrom: message.from };
    const resolver = dohResolver({ url: env.DOH_URL });
    // The stream is read once and not kept, so a message of 25 MB is no more work for memory than a short one.
    const verdict = await authenticateMessage(message.raw, envelope, { resolver });
    const { dmarc, spf, dkim } = verdict;

    const id = crypto.randomUUID();
    await env.VERDICTS?.put(id, JSON.stringify(verdict), { expirationTtl: 30 * 24 * 3600 });

    if (dmarc.result === 'temperror' && dmarc.policy?.effective !== 'none') {
      // DNS failed, so nothing is known. An exception becomes a temporary SMTP error and the sender tries again later;
      // setReject would be permanent.
      throw new Error(`DNS failed for ${dmarc.authorDomain}: ${dmarc.reason}`);
    }
    if (dmarc.result === 'fail' && dmarc.policy?.effective === 'reject' && shouldReject(verdict)) {
      message.setReject(`5.7.1 Refused by the DMARC policy of ${dmarc.authorDomain}`);
      return;
    }
    // Forwarded mail may get X- fields only. "quarantine" is for a filter in the mailbox: put it into the spam folder.
    const results = `dmarc=${dmarc.result}; spf=${spf.mailFrom?.result}; dkim=${dkim.map((d) => d.result).join(',') || 'none'}`;
    const fields = { 'X-Mailverdict': results, 'X-Mailverdict-Handling': dmarc.disposition, 'X-Mailverdict-Id': id };
    await message.forward(env.FORWARD_TO, new Headers(fields));
  },
} satisfies ExportedHandler<Env>;

/**
 * Yours to edit. That the domain asks for rejection is never reason enough: mailing lists and forwarders break SPF and DKIM
 * of honest mail, and RFC 9989 (§5.4, §7.4 and §8) says MUST NOT. Return true where you know more, for example for your own
 * domain when nobody there writes to lists: `return verdict.dmarc.authorDomain === 'example.com';`
 */
function shouldReject(_verdict: MessageVerdict): boolean {
  return false;
}

/** A Worker is not told who connected. The topmost Received field says so: Cloudflare wrote it, whatever stands below. */
function smtpClient(headers: Headers): { ip: string; helo: string } {
  const received = headers.get('received')?.replace(/[\r\n\t ]+/g, ' ') ?? '';
  const [, helo, ip] = /^from (\S+) \(([\d.]+|[\da-f:]+)\) by cloudflare-email\./i.exec(received) ?? [];
  // Without it SPF cannot pass (nobody sends from 0.0.0.0), DKIM can, and DKIM alone is enough for a DMARC pass.
  return { ip: ip ?? '0.0.0.0', helo: helo ?? 'unknown.invalid' };
}
