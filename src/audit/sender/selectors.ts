/** A selector worth a question, and the senders that use it by their ids in the directory; none for what many programs use. */
export interface ProbedSelector {
  selector: string;
  senders: readonly string[];
}

/** The selectors that are looked up where nobody says which a domain uses: DNS gives no list of them. */
export const probedSelectors: readonly ProbedSelector[] = [
  { selector: 'brevo1', senders: ['brevo'] },
  { selector: 'brevo2', senders: ['brevo'] },
  { selector: 'fm1', senders: ['fastmail'] },
  { selector: 'fm2', senders: ['fastmail'] },
  { selector: 'fm3', senders: ['fastmail'] },
  { selector: 'google', senders: ['google-workspace'] },
  { selector: 'k1', senders: ['mailchimp', 'mailgun'] },
  { selector: 'k2', senders: ['mailchimp'] },
  { selector: 'k3', senders: ['mailchimp'] },
  { selector: 'kl', senders: ['klaviyo'] },
  { selector: 'kl2', senders: ['klaviyo'] },
  { selector: 'mailjet', senders: ['mailjet'] },
  { selector: 'mailo', senders: ['mailgun'] },
  { selector: 'mandrill', senders: ['mandrill'] },
  { selector: 'mte1', senders: ['mandrill'] },
  { selector: 'mte2', senders: ['mandrill'] },
  { selector: 'pdk1', senders: ['mailgun'] },
  { selector: 'protonmail', senders: ['proton'] },
  { selector: 'protonmail2', senders: ['proton'] },
  { selector: 'protonmail3', senders: ['proton'] },
  { selector: 'resend', senders: ['resend'] },
  { selector: 's1', senders: ['sendgrid', 'mailgun'] },
  { selector: 's2', senders: ['sendgrid'] },
  { selector: 'selector1', senders: ['microsoft-365'] },
  { selector: 'selector2', senders: ['microsoft-365'] },
  { selector: 'sig1', senders: [] },
  { selector: 'zendesk1', senders: ['zendesk'] },
  { selector: 'zendesk2', senders: ['zendesk'] },
  { selector: 'zmail', senders: [] },
  { selector: 'zoho', senders: [] },
  { selector: 'default', senders: [] },
  { selector: 'dkim', senders: [] },
  { selector: 'email', senders: ['mailgun'] },
  { selector: 'mail', senders: [] },
  { selector: 'mta', senders: ['mailgun'] },
  { selector: 'mx', senders: ['mailgun'] },
  { selector: 'pic', senders: ['mailgun'] },
  { selector: 'selector', senders: [] },
  { selector: 'smtp', senders: ['mailgun'] },
  { selector: 'x', senders: [] },
];
