import type { ArcReason } from '../arc/result.ts';
import type { DkimReason } from '../dkim/result.ts';
import type { DmarcReason } from '../dmarc/result.ts';
import type { SpfRecordStatus } from '../spf/analysis.ts';
import type { SpfReason } from '../spf/result.ts';

// What each reason code means, for a person. Written as the end of the sentence "The result is … because …".

export const spfReasons: { readonly [Reason in SpfReason]: string } = {
  'no-record': 'the domain publishes no SPF record',
  'invalid-domain': 'there is no usable domain name to check',
  matched: 'the record says so for this address',
  'no-match': 'no term of the record matches this address',
  syntax: 'the record has a syntax error',
  'record-too-large': 'the record is longer than any honest one',
  'multiple-records': 'the domain publishes more than one SPF record',
  'lookup-limit': 'the record needs more than 10 terms with DNS lookups',
  'void-limit': 'too many of the lookups found nothing',
  'mx-limit': 'an MX lookup found more than 10 hosts',
  'query-limit': 'the record needs more DNS questions than allowed',
  'include-none': 'it includes a domain that has no SPF record',
  'redirect-none': 'it redirects to a domain that has no SPF record',
  'dns-failure': 'a DNS question got no answer',
  deadline: 'DNS took too long',
};

export const dkimReasons: { readonly [Reason in DkimReason]: string } = {
  syntax: 'the field has a syntax error',
  'missing-tag': 'a required tag is missing',
  version: 'its version is not 1',
  'from-unsigned': 'it does not sign the From field',
  'expiry-before-timestamp': 'it expires before it was made',
  'domain-mismatch': 'its identity (i=) is outside the signing domain (d=)',
  'message-too-large': 'the header block is too large',
  'too-many-signatures': 'there are too many signatures; this one was not looked at',
  'algorithm-historic': 'it was made with SHA-1, which nobody may accept any more',
  algorithm: 'its algorithm is unknown',
  canonicalization: 'its canonicalization is unknown',
  'query-method': 'its query method is unknown',
  'no-key': 'there is no key at its name in DNS',
  'key-revoked': 'its key was revoked',
  'key-syntax': 'its key record cannot be read',
  'key-mismatch': 'its key is meant for something else',
  'key-unavailable': 'the DNS question for its key got no answer',
  'key-too-short': 'its key is too short to be safe',
  'crypto-unsupported': 'this runtime cannot verify it',
  'mixed-line-endings': 'the message has mixed line endings',
  'body-length-exceeded': 'it signs more body than there is',
  'body-hash': 'the body was changed after signing',
  signature: 'the signed header fields were changed, or another key signed them',
  expired: 'it has expired',
  'body-length-limited': 'it leaves the end of the body unsigned',
};

export const arcReasons: { readonly [Reason in ArcReason]: string } = {
  'message-too-large': 'the header block is too large',
  'too-many-sets': 'there are more sets than allowed',
  'chain-failed': 'its newest seal says that it failed before',
  instance: 'a field does not say to which set it belongs',
  'duplicate-field': 'a set has a field twice',
  'missing-field': 'a set is not whole',
  'chain-status': 'a seal says of the chain what cannot be',
  'message-signature': 'the message was changed after the newest set was added',
  seal: 'a seal does not verify',
  'dns-failure': 'the DNS question for a key got no answer',
};

export const dmarcReasons: { readonly [Reason in DmarcReason]: string } = {
  'no-record': 'no DMARC record applies to the author domain',
  'multiple-records': 'there is more than one DMARC record',
  'record-invalid': 'the DMARC record is not usable',
  'not-aligned': 'nothing that passed is aligned with the author domain',
  'no-identifier': 'neither SPF nor DKIM passed',
  'dns-failure': 'a DNS question got no answer',
  'identifier-temperror': 'SPF or DKIM could not be finished, and might have passed',
  'invalid-author-domain': 'the author domain is no domain name',
  'no-author-domain': 'the From field names no author domain',
  'multiple-from': 'the message has more than one From field',
  'multiple-author-domains': 'the From field names authors of several domains',
};

// What was found where an SPF record was asked for; of a record that can be evaluated there is more to say.

export const spfStatuses: { readonly [Status in SpfRecordStatus]: string } = {
  record: '',
  'no-record': 'no SPF record',
  nxdomain: 'the name does not exist',
  'multiple-records': 'more than one SPF record',
  'record-too-large': 'the record is too large',
  syntax: 'the record has a syntax error',
  unknown: 'DNS did not answer',
  'invalid-domain': 'no usable name',
  loop: 'leads back to a record above',
  'not-followed': 'not followed any further',
};
