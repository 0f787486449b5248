// Can mail that a vendor sends for a customer pass the customer's DMARC? Needs no DNS: three names are enough.
//   node check.mjs customer.example bounces.vendor.example customer.example
import { checkAlignment } from 'mailverdict';

const [customer, bounceDomain, signingDomain] = process.argv.slice(2);
if (signingDomain === undefined) {
  console.error('Usage: node check.mjs <domain in From> <domain of the bounce address> <d= of the DKIM signature>');
  process.exit(2);
}

/** How one identifier stands to the domain in From, in the words of a vendor's onboarding page. */
function report(method, tag, identifier) {
  const relaxed = checkAlignment(customer, identifier);
  const strict = checkAlignment(customer, identifier, { mode: 'strict' });
  const names = `${method}: ${identifier} for ${customer}`;
  if (relaxed.reason === 'invalid-domain') {
    return { aligned: false, text: `${names}: ${relaxed.diagnostics[0].message}` };
  }
  if (!relaxed.aligned) return { aligned: false, text: `${names}: not aligned (${relaxed.reason})` };
  const warning = strict.aligned ? '' : `, unless the customer's DMARC record says ${tag}=s`;
  return { aligned: true, text: `${names}: aligned (${relaxed.reason})${warning}` };
}

const spf = report('SPF', 'aspf', bounceDomain);
const dkim = report('DKIM', 'adkim', signingDomain);
console.log(spf.text);
console.log(dkim.text);

// Either one is enough for a pass. But SPF breaks whenever mail is forwarded, so a vendor should ask for DKIM
// (RFC 9989 §8: a domain with p=reject must not rely on SPF alone).
if (!dkim.aligned) console.log(`To do: publish the vendor's DKIM key below ${customer} and sign with d=${customer}.`);
if (!spf.aligned)
  console.log(`Better: a bounce domain below ${customer}, such as bounces.${customer}, with the vendor's SPF.`);
process.exitCode = dkim.aligned ? 0 : 1;
