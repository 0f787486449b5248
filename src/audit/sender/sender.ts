/** A DKIM key that a sender signs with. Texts are patterns: `{domain}` is the author domain, other names are variables. */
export interface SenderKey {
  selector: string;
  /** The d= of its signatures; `{domain}` by default. Without `{domain}` it is the sender's own, and never aligned. */
  domain?: string;
  /** Where the sender publishes the key: the selector is to be an alias of it. */
  cname?: string;
  /** The record to publish at the selector. Without it and `cname` the sender shows it to each customer. */
  record?: string;
}

/** The domain of a sender's MAIL FROM, which is the one that SPF checks. Texts are patterns. */
export interface SenderEnvelope {
  /** `{domain}` itself, a subdomain such as `bounce.{domain}`, or the sender's own domain, which is never aligned. */
  domain: string;
  /** What it is to be an alias of. */
  cname?: string;
  /** The mail exchangers that it is to have, so that bounces reach the sender. */
  mx?: readonly string[];
  /** The name servers that it is to be delegated to: all that lies below it is then published by the sender. */
  ns?: readonly string[];
}

/** The SPF terms that stand for a sender's addresses. */
export interface SenderSpf {
  /** Such as `include:example.net` or `ip4:192.0.2.0/24`; patterns. */
  terms: readonly string[];
  /**
   * Whose record is to have them: that of the MAIL FROM domain, by default, or that of the author domain. Where the two
   * differ, the latter has no effect on the sender's mail.
   */
  at?: 'envelope' | 'author';
}

/**
 * How a company sends mail on behalf of others. Patterns may hold `{domain}`, the author domain, `{dashed}`, the same with
 * dashes for dots, and any other name as a variable that the caller fills in, such as `{account}`.
 */
export interface Sender {
  name: string;
  /**
   * `direct`, by default: from servers of the sender. `relay`: through the customer's mail servers. `customer-credentials`:
   * through an account at the customer's mail provider. With the last two MAIL FROM is of the author domain.
   */
  method?: 'direct' | 'relay' | 'customer-credentials';
  /** The label or labels below the customer's domain that its author domain has: `news` for `news.example.com`. */
  subdomain?: string;
  /** With the method `direct` only; without it nothing can be said about SPF. */
  envelope?: SenderEnvelope;
  spf?: SenderSpf;
  dkim?: readonly SenderKey[];
  /** What variables stand for unless the caller says otherwise. */
  variables?: { readonly [name: string]: string };
  /** The page that says so. */
  source?: string;
}

/** A sender that the library knows. */
export interface SenderEntry extends Sender {
  id: string;
  /** Host names of the sender: whose MX, includes or DKIM aliases are at or below one of them uses the sender. */
  hosts: readonly string[];
  /** Domains whose SPF record stands for all its customers, besides its hosts and what its `spf` names. */
  includes?: readonly string[];
  /** Its documentation, open to everybody. */
  source: string;
  /** The date of the source where it has one, else the day when the entry was written. */
  checked: string;
  /** Whether all of the entry is from pages of the sender; otherwise the rest is what its customers publish. */
  verified: boolean;
}
