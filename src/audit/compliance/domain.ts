import type { SpfAnalysis, SpfNetworks } from '../../spf/analysis.ts';
import type { DkimSelectorAudit, DomainAudit } from '../audit.ts';
import { isOfSuffix } from '../dmarc-policy.ts';
import {
  type BulkRule,
  complianceRows,
  type Judgement,
  judgeFromDomain,
  judgeKeySizes,
  judgeUnseen,
  quoted,
} from './requirements.ts';
import type { BulkProvider, ComplianceRow } from './row.ts';

/** What the rules are judged by. */
export type ComplianceFacts = Pick<DomainAudit, 'domain' | 'spf' | 'dkim' | 'dmarc' | 'mx'> & {
  findings?: DomainAudit['findings'];
};

/**
 * Judges a domain by the rules of Gmail, Yahoo and Microsoft for bulk senders, as far as DNS shows. What takes a message is
 * `unknown`: `auditBulkSender` sees it.
 */
export function judgeDomainCompliance(facts: ComplianceFacts): ComplianceRow[] {
  return complianceRows((rule, provider) => judgeRule(facts, rule, provider));
}

function judgeRule(facts: ComplianceFacts, rule: BulkRule, provider: BulkProvider): Judgement {
  switch (rule) {
    case 'spf-or-dkim':
      return eitherOf(judgeSpf(facts.spf), judgeDkim(facts));
    case 'spf-and-dkim':
      return bothOf(judgeSpf(facts.spf), judgeDkim(facts), provider);
    case 'dmarc-record':
      return judgeDmarc(facts);
    case 'dmarc-alignment': {
      const found = judgeDmarc(facts);
      return found[0] === 'not-met' ? found : judgeUnseen(rule);
    }
    case 'dkim-key-size':
      return judgeKeys(facts.dkim.selectors);
    case 'own-from-domain':
      return judgeFromDomain(facts.domain, provider);
    case 'reachable-sender':
      return judgeMx(facts);
    default:
      return judgeUnseen(rule);
  }
}

function eitherOf(spf: Judgement, dkim: Judgement): Judgement {
  if (spf[0] === 'met') return spf;
  if (dkim[0] === 'met') return dkim;
  return [spf[0] === dkim[0] ? spf[0] : 'unknown', `${spf[1]} ${dkim[1]}`];
}

function bothOf(spf: Judgement, dkim: Judgement, provider: BulkProvider): Judgement {
  const both = [spf[0], dkim[0]];
  const evidence = `${spf[1]} ${dkim[1]}`;
  if (both.includes('not-met')) return ['not-met', evidence];
  if (both.includes('unknown')) return ['unknown', evidence];
  // The others ask for both to be set up, Microsoft for both to pass, which a message shows.
  return [provider === 'microsoft' ? 'unknown' : 'met', evidence];
}

function judgeSpf({ domain, tree, lookups, addresses, dynamic }: SpfAnalysis): Judgement {
  const { status, record } = tree;
  if (status === 'unknown' || status === 'not-followed') return unanswered('SPF', domain);
  if (status !== 'record') return ['not-met', `${domain} has no SPF record that can be used (${status}).`];
  const text = `${domain} publishes ${quoted(record)}`;
  const { pass, temperror, otherwise } = addresses;
  if (lookups.terms > lookups.limit) return ['not-met', `${text}, which needs ${lookups.terms} lookups.`];
  if (otherwise === 'permerror') return ['not-met', `${text}, which is in error.`];
  if (otherwise === 'pass' || countOf(pass) + dynamic.length > 0) return ['met', `${text}.`];
  // What DNS did not answer may stand for the addresses.
  if (otherwise === 'temperror' || countOf(temperror) > 0) return unanswered('SPF', domain);
  return ['not-met', `${text}, which lets nobody send.`];
}

function countOf({ ip4, ip6 }: SpfNetworks): number {
  return ip4.length + ip6.length;
}

function unanswered(what: string, name: string): Judgement {
  return ['unknown', `DNS did not answer about ${what} of ${name}.`];
}

function judgeDkim({ domain, dkim: { selectors, probed }, findings = [] }: ComplianceFacts): Judgement {
  const key = selectors.find(({ status }) => status === 'key');
  if (key !== undefined) return ['met', `There is a DKIM key at ${key.name}.`];
  const missing = findings.find(({ code }) => code === 'dkim.missing');
  if (missing !== undefined) return ['not-met', `${missing.message}.`];
  if (selectors.some(({ status }) => status === 'unknown')) return unanswered('DKIM', domain);
  // DNS gives no list of selectors: only that of a caller who names them can be whole.
  return selectors.some(({ source }) => source === 'given')
    ? ['not-met', 'There is no DKIM key at the selectors that were given.']
    : ['unknown', `There is no DKIM key at ${probed} well-known selectors; name those in use.`];
}

function judgeKeys(selectors: readonly DkimSelectorAudit[]): Judgement {
  const keys = selectors.flatMap(({ name, record, status }) => {
    // One that is too short is of no use, and so no `key`.
    const { keyBits: bits, keyType } = record ?? {};
    const counts = status === 'key' || status === 'invalid';
    return counts && bits !== undefined ? [{ bits, rsa: keyType === 'rsa', where: name }] : [];
  });
  return keys.length > 0 ? judgeKeySizes(keys) : ['unknown', 'No DKIM key was found.'];
}

function judgeDmarc({ domain, dmarc }: ComplianceFacts): Judgement {
  const { status, name, policyDomain, text } = dmarc;
  if (status === 'unknown') return unanswered('DMARC', domain);
  if (isOfSuffix(dmarc)) return ['not-met', `Only the public suffix ${policyDomain} publishes ${quoted(text)}.`];
  return status === 'found' || status === 'inherited'
    ? ['met', `${policyDomain ?? domain} publishes ${quoted(text)}.`]
    : ['not-met', `There is no DMARC record at ${name} or above that can be used.`];
}

// What keeps mail from a host, as far as is known.
const NO_HOST = /^mx\.(address|all-private|dns-failure|invalid|no-address|private)$/;

function judgeMx({ domain, mx: { status, hosts }, findings = [] }: ComplianceFacts): Judgement {
  const faults = hosts.map(({ exchange }) =>
    findings.find(({ code, params }) => NO_HOST.test(code) && (params.exchange ?? params.name) === exchange),
  );
  const [fault] = faults;
  if (fault !== undefined && !faults.includes(undefined)) {
    return [faults.some((one) => one?.code === 'mx.dns-failure') ? 'unknown' : 'not-met', `${fault.message}.`];
  }
  if (status === 'unknown') return unanswered('MX', domain);
  return status === 'hosts' || status === 'implicit'
    ? ['met', `Mail for ${domain} goes to ${hosts[0]?.exchange ?? 'its own address'}.`]
    : ['not-met', `${domain} accepts no mail.`];
}
