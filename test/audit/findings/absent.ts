/** Codes that no audit of a domain raises, each with its reason; "*" stands for any ending. */
export const absentCodes: readonly { codes: string; reason: string }[] = [
  {
    codes: 'bimi.build-* dkim.build-* dmarc.build-* mta-sts.build-* spf.build-* dmarc.edit-* spf.edit-* spf.flatten-*',
    reason: 'about what somebody wants to publish, not about what is published',
  },
  {
    codes: 'bulk.* dkim.sign-* received-spf.*',
    reason: 'about a message',
  },
  {
    codes:
      'dkim.tag-value-empty dkim.missing-tag dkim.version dkim.algorithm dkim.algorithm-historic dkim.canonicalization ' +
      'dkim.query-method dkim.base64 dkim.hash-length dkim.signature-length dkim.domain dkim.selector dkim.header-name ' +
      'dkim.from-unsigned dkim.identity dkim.domain-mismatch dkim.number dkim.expiry-before-timestamp dkim.body-length',
    reason: 'about the text of a signature',
  },
  {
    codes:
      'dkim.message-too-large dkim.too-many-signatures dkim.key-algorithm dkim.key-strict-mismatch dkim.key-below-minimum ' +
      'dkim.crypto-unsupported dkim.lf-line-endings dkim.mixed-line-endings dkim.body-length-exceeded dkim.body-hash ' +
      'dkim.signature dkim.expired dkim.future-timestamp dkim.unsigned-* dkim.header-count-mismatch dkim.key-unavailable',
    reason: 'about verifying a signature',
  },
  {
    codes:
      'spf.mapped-address spf.null-reverse-path spf.sender-syntax spf.source-route spf.local-part-missing ' +
      'spf.invalid-domain spf.query-limit spf.deadline spf.non-ascii-local-part spf.ptr-names spf.explanation-unusable',
    reason: 'about evaluating SPF for one sender',
  },
  {
    codes: 'spf.lookup-limit-likely spf.wide-range',
    reason: 'told better by spf.lookup-limit and spf.range-too-wide, for which the whole tree is in view',
  },
  { codes: 'spf.no-record', reason: 'told as spf.missing or audit.parked-spf, by what the domain is for' },
  {
    codes: 'dmarc.invalid-author-domain dmarc.invalid-identifier dmarc.public-suffix dmarc.identifier-limit',
    reason: 'about evaluating DMARC for one message',
  },
  { codes: 'bimi.declined', reason: 'told by the status of the result' },
  { codes: 'bimi.evidence-not-checked', reason: 'true of every certificate, and nobody’s fault' },
  { codes: 'dkim.key-strict', reason: 'a choice of the owner that harms nobody' },
];

export function isAbsent(code: string): boolean {
  return absentCodes.some(({ codes }) =>
    codes.split(' ').some((one) => (one.endsWith('*') ? code.startsWith(one.slice(0, -1)) : code === one)),
  );
}
