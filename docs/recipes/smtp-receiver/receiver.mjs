// An SMTP server that judges each message before it answers the sender, and stores what it accepts with the results on top.
import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { authenticateMessage, cachingResolver, stripAuthenticationResults } from 'mailverdict';
import { nodeResolver } from 'mailverdict/node';
import { SMTPServer } from 'smtp-server';

const { HOST = 'mx.example.net', DOMAIN = 'example.net', FOLDER = '.', PORT = '2525', DNS_SERVER } = process.env;
const resolver = cachingResolver(nodeResolver(DNS_SERVER ? { servers: [DNS_SERVER] } : {}));

async function receive(stream, { remoteAddress: ip, hostNameAppearsAs: helo, envelope }) {
  const message = Buffer.concat(await stream.toArray());
  if (stream.sizeExceeded) throw reply(552, '5.3.4 Message too big');
  const session = { ip, helo, mailFrom: envelope.mailFrom.address }; // '' is the null reverse path of bounces
  const verdict = await authenticateMessage(message, session, { resolver }, { authservId: HOST });
  const refusal = refusalOf(verdict);
  if (refusal !== undefined) throw reply(...refusal);
  const id = randomUUID();
  const client = `${helo.replace(/[^\w.:[\]-]/g, '?')} ([${ip.includes(':') ? 'IPv6:' : ''}${ip}])`;
  const trace = [
    `Authentication-Results: ${verdict.authenticationResults}`, // on top (RFC 8601 §5)
    `Received-SPF: ${verdict.receivedSpf}`, // above this server's Received (RFC 7208 §9.1)
    `Received: from ${client}\r\n by ${HOST} id ${id};\r\n ${new Date().toUTCString().replace('GMT', '+0000')}\r\n`,
  ];
  const path = `${FOLDER}/${verdict.dmarc.disposition === 'quarantine' ? 'junk' : 'inbox'}/${id}.eml`;
  // RFC 8601 §5: a sender may not bring results in this server's name. What names nobody could be taken for it as well.
  const honest = stripAuthenticationResults(message, [HOST], { unnamed: true, unknownVersions: true });
  await writeFile(path, Buffer.concat([Buffer.from(trace.join('\r\n')), honest]));
  return `2.6.0 Accepted as ${id}`;
}

/** The reply code (RFC 7372) for mail that is not taken now, or undefined. */
function refusalOf(verdict) {
  const { spf, dkim, dmarc } = verdict;
  // RFC 9989 §5.4: p=none must not change how mail is handled. Otherwise nothing is known, and the sender tries again.
  if (dmarc.result === 'temperror' && dmarc.policy?.effective !== 'none') {
    if (spf.mailFrom.result === 'temperror') return [451, '4.7.24 SPF validation error'];
    if (dkim.some(({ result }) => result === 'temperror')) return [451, '4.7.5 DKIM key server unavailable'];
    return [451, '4.4.3 DMARC record unavailable'];
  }
  if (dmarc.result !== 'fail' || dmarc.policy.effective !== 'reject' || !shouldReject(verdict)) return undefined;
  const signed = dkim.some(({ result }) => result === 'pass');
  const failures = [signed ? '5.7.22 No author-matched DKIM signature' : '5.7.20 No passing DKIM signature'];
  if (spf.mailFrom.result === 'fail') failures.push('5.7.23 SPF validation failed');
  if (spf.mailFrom.result === 'permerror') failures.push('5.7.24 SPF validation error');
  // RFC 7372 §4: one code can be sent, and several failures have one of their own.
  const status = failures.length > 1 ? '5.7.26 Multiple authentication checks failed' : failures[0];
  return [550, `${status}; see the DMARC policy of ${dmarc.authorDomain}`];
}

// Yours to edit. That the domain asks for rejection is never reason enough: mailing lists and forwarders break SPF and DKIM
// of honest mail, and RFC 9989 (§5.4, §7.4 and §8) says MUST NOT. Return true where you know more, for example for your own
// domain when nobody there writes to lists: `return verdict.dmarc.authorDomain === DOMAIN;`
function shouldReject(_verdict) {
  return false;
}

const reply = (responseCode, text) => Object.assign(new Error(text), { responseCode });
new SMTPServer({
  size: 30_000_000,
  hideENHANCEDSTATUSCODES: true, // or it would write a 5.1.1 of its own in front of the codes above
  disabledCommands: ['AUTH', 'STARTTLS'], // give it a key and certificate, and allow STARTTLS
  onRcptTo: ({ address }, _session, done) =>
    done(address.toLowerCase().endsWith(`@${DOMAIN}`) ? null : reply(550, '5.7.1 No relaying')),
  async onData(stream, session, done) {
    try {
      done(null, await receive(stream, session));
    } catch (error) {
      done(error.responseCode ? error : reply(451, '4.3.0 Local error, try again later'));
    }
  },
}).listen(Number(PORT));
