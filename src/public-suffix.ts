export { checkAlignment, publicSuffix } from './dmarc/public-suffix.ts';
export { publicSuffixFrom } from './dmarc/public-suffix-list.ts';
export type { AlignmentMode } from './dmarc/record.ts';
export type { AlignmentReason, AlignmentResult, OrganizationalDomainStrategy } from './dmarc/result.ts';
