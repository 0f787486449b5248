// Verifies the DKIM signatures of a pasted message in the page itself: the message goes nowhere, only its key names to DNS.
import { dohResolver, evaluateDmarc, parseAuthorDomain, verifyDkimSignatures } from 'mailverdict';

const element = (id) => document.getElementById(id);

document.querySelector('form').addEventListener('submit', async (event) => {
  event.preventDefault();
  element('dmarc').textContent = 'asking …';
  element('signatures').replaceChildren();
  // A text area ends lines with LF where mail has CRLF; that is noticed, and read as CRLF.
  const message = element('message').value;
  const environment = { resolver: dohResolver({ url: element('doh').value }) };

  const signatures = await verifyDkimSignatures(message, environment);
  // textContent, never innerHTML: everything here comes from whoever wrote the message.
  for (const signature of signatures) {
    const line = document.createElement('li');
    line.textContent = describeSignature(signature);
    element('signatures').append(line);
  }

  const author = parseAuthorDomain(message);
  element('dmarc').textContent =
    author.domain === undefined ? `none (${author.reason})` : await dmarcOf(author.domain, signatures, environment);
});

function describeSignature({ result, reason, domain = '?', selector = '?', bodyHash, diagnostics }) {
  const because = result === 'pass' ? '' : ` (${reason}; body hash: ${bodyHash})`;
  const findings = diagnostics.map((diagnostic) => ` ${diagnostic.message}.`).join('');
  return `${result}: signed by ${domain}, selector ${selector}${because}.${findings}`;
}

/** SPF needs the SMTP session, which a pasted message does not hold: a fail here may be a pass where SPF is known. */
async function dmarcOf(authorDomain, signatures, environment) {
  const identifiers = signatures
    .filter(({ domain }) => domain !== undefined)
    .map(({ domain, result }) => ({ method: 'dkim', domain, result }));
  const { result, reason, policy } = await evaluateDmarc({ authorDomain, identifiers }, environment);
  return `${result} for ${authorDomain}${reason ? ` (${reason})` : ''}, policy ${policy?.effective ?? 'none'}`;
}
