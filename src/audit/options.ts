import { requireFlag, requireLimits, requireList, requireOptions, requireRecordName } from '../arguments.ts';
import { type OrganizationalDomainStrategy, requireStrategy } from '../dmarc/alignment.ts';
import { type Environment, requireEnvironment, requireFunction, show } from '../environment.ts';
import type { Limits } from '../limits.ts';
import { domainName } from '../names/domain-name.ts';
import type { AuditProgress } from './inquiry.ts';
import { type AuditSenderInput, requireSender } from './sender/audit-sender.ts';
import { resolveSender } from './sender/resolve.ts';
import { probedSelectors } from './sender/selectors.ts';
import type { Sender } from './sender/sender.ts';

/** How `auditDomain` works. */
export interface AuditDomainOptions {
  /** The DKIM selectors that the domain uses; DNS gives no list of them. */
  selectors?: string | readonly string[];
  /** Whether the selectors of well-known senders are looked up too; they are unless it says `false`. */
  probe?: boolean;
  /** Who sends mail for the domain: ids of the directory of senders or descriptions, where needed with their variables. */
  senders?: readonly (string | Sender | Omit<AuditSenderInput, 'domain'>)[];
  /** Whether the domain is to send and to receive no mail; where nothing is said, its records tell. */
  parked?: boolean;
  /** Who knows organizational domains, such as `publicSuffix`: tells what receivers do who go by RFC 7489. */
  organizationalDomain?: OrganizationalDomainStrategy;
  /** Called whenever a question was asked or answered. */
  onProgress?: (progress: AuditProgress) => void;
  limits?: Partial<Limits>;
}

/** What is to be audited, the arguments checked. */
export interface Brief {
  domain: string;
  /** The selectors that the caller named. */
  given: string[];
  /** Those that are worth a question. */
  probed: string[];
  senders: Omit<AuditSenderInput, 'domain'>[];
  parked: boolean | undefined;
  strategy: OrganizationalDomainStrategy | undefined;
  limits: Readonly<Limits>;
}

const ACTION = 'audit the domain';

/** Reads the arguments of `auditDomain`; a `TypeError` where one is wrong. */
export function readBrief(domain: string, env: Environment, options: AuditDomainOptions): Brief {
  requireRecordName(ACTION, '_dmarc.', domain);
  // The longest of the fixed prefixes: below a name that has room for it, all the others have room.
  const { domain: normalized } = requireRecordName(ACTION, 'default._bimi.', domain);
  requireEnvironment(ACTION, env);
  requireOptions(ACTION, options);
  const { organizationalDomain: strategy, onProgress, parked, probe = true } = options;
  requireFlag(ACTION, 'parked', parked);
  requireFlag(ACTION, 'probe', probe);
  if (strategy !== undefined) requireStrategy(ACTION, strategy);
  if (onProgress !== undefined) requireFunction(ACTION, 'onProgress', onProgress);
  return {
    domain: normalized,
    given: readSelectors(options),
    probed: probe ? probedSelectors.map(({ selector }) => selector) : [],
    senders: readSenders(options, normalized),
    parked,
    strategy,
    limits: requireLimits(ACTION, options),
  };
}

function readSelectors({ selectors }: AuditDomainOptions): string[] {
  const given = requireList(ACTION, 'selectors', selectors).map((selector) => {
    const name = domainName(`${selector}._domainkey`);
    if (name !== undefined) return name.slice(0, -'._domainkey'.length);
    throw new TypeError(`Cannot ${ACTION}: "selectors" must be labels of domain names, received ${show(selector)}`);
  });
  return [...new Set(given)];
}

function readSenders({ senders = [] }: AuditDomainOptions, domain: string): Brief['senders'] {
  if (!Array.isArray(senders)) {
    throw new TypeError(`Cannot ${ACTION}: "senders" must be an array, received ${show(senders)}`);
  }
  const list: NonNullable<AuditDomainOptions['senders']> = senders;
  const inputs = list.map((one) =>
    typeof one === 'object' && one !== null && 'sender' in one ? one : { sender: one },
  );
  // Whoever is wrong is told before anything is asked.
  for (const { sender, variables } of inputs) resolveSender(requireSender(sender), domain, variables);
  return inputs;
}
