/**
 * What knows the public suffix list.
 *
 * @module
 */

export type {
  AlignmentOptions,
  AlignmentReason,
  AlignmentResult,
  OrganizationalDomainStrategy,
} from './dmarc/alignment.ts';
export { checkAlignment, publicSuffix } from './dmarc/public-suffix.ts';
export { publicSuffixFrom } from './dmarc/public-suffix-list.ts';
export type { AlignmentMode } from './dmarc/record.ts';
