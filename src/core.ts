/**
 * Everything portable but the public suffix list: records, evaluation, resolvers that need no Node API.
 *
 * @module
 */

export type { SealedVerdict, SealOptions } from './arc/assessment.ts';
export type { ArcInstance, ArcMessageSignature, ArcReason, ArcResult, ArcResultWord, ArcSeal } from './arc/result.ts';
export type { ArcCode } from './arc/rules.ts';
export { type SealedMessage, sealMessage } from './arc/seal.ts';
export type { ArcSealingCode } from './arc/sealing-rules.ts';
export { type ArcOptions, verifyArc } from './arc/verify.ts';
export { type AuthenticateOptions, authenticateMessage, type Envelope } from './authenticate/authenticate.ts';
export {
  type FormatAuthenticationResultsOptions,
  formatAuthenticationResults,
  type VerdictToFormat,
} from './authenticate/authentication-results.ts';
export type { MessageVerdict } from './authenticate/verdict.ts';
export type {
  AuthenticationProperty,
  AuthenticationResult,
  AuthenticationResultsHeader,
  ParsedArcAuthenticationResults,
  ParsedAuthenticationResults,
  ParsedProperty,
  ParsedResult,
} from './authentication-results/header.ts';
export { parseArcAuthenticationResults, parseAuthenticationResults } from './authentication-results/parse.ts';
export type { AuthenticationResultsCode } from './authentication-results/rules.ts';
export {
  type SelectAuthenticationResultsOptions,
  type SelectedAuthenticationResults,
  selectAuthenticationResults,
} from './authentication-results/select.ts';
export { type StripAuthenticationResultsOptions, stripAuthenticationResults } from './authentication-results/strip.ts';
export { type BimiRecordOptions, buildBimiRecord } from './bimi/build.ts';
export type { BimiBuildCode } from './bimi/build-rules.ts';
export { formatBimiRecord } from './bimi/format.ts';
export { type BimiIndicator, parseBimiIndicator } from './bimi/indicator.ts';
export type { BimiIndicatorCode } from './bimi/indicator-rules.ts';
export { type BimiOptions, lookupBimi } from './bimi/lookup.ts';
export { parseBimiRecord } from './bimi/parse.ts';
export type { BimiRecord } from './bimi/record.ts';
export type { BimiResult } from './bimi/result.ts';
export type { BimiRecordCode } from './bimi/rules.ts';
export { createKeyCache, type KeyCache } from './crypto/key-cache.ts';
export { nativeCrypto } from './crypto/native.ts';
export { portableCrypto } from './crypto/portable.ts';
export type { CryptoProvider, Hash, ImportedKey, PublicKey } from './crypto/provider.ts';
export type { Diagnostic, Fix, Parsed, Severity, Span } from './diagnostics/diagnostic.ts';
export { renderDiagnostic } from './diagnostics/render.ts';
export { buildDkimKeyRecord, type DkimKeyRecordOptions } from './dkim/build.ts';
export type { DkimBuildCode } from './dkim/build-rules.ts';
export { formatDkimKeyRecord, formatDkimSignature } from './dkim/format.ts';
export { type DkimKeyRecord, parseDkimKeyRecord } from './dkim/key-record.ts';
export { type DkimKeyPair, type DkimKeyPairOptions, generateDkimKeyPair } from './dkim/keygen.ts';
export type { DkimReason, DkimResult, DkimResultWord } from './dkim/result.ts';
export type { DkimCode } from './dkim/rules.ts';
export { type SignedMessage, signMessage } from './dkim/sign.ts';
export { type DkimSignature, type DkimTag, parseDkimSignature } from './dkim/signature.ts';
export { type Signer, signerFromPem } from './dkim/signer.ts';
export type { SigningEnvironment, SigningKey, SignOptions, SignSettings } from './dkim/signing-options.ts';
export type { DkimSigningCode } from './dkim/signing-rules.ts';
export { type DkimOptions, verifyDkimSignature, verifyDkimSignatures } from './dkim/verify.ts';
export {
  type AlignmentOptions,
  type AlignmentReason,
  type AlignmentResult,
  checkAlignmentWith,
  type OrganizationalDomainStrategy,
} from './dmarc/alignment.ts';
export { buildDmarcRecord, type DmarcPublishable, type DmarcRecordOptions } from './dmarc/build.ts';
export type { DmarcBuildCode } from './dmarc/build-rules.ts';
export { type AddressChanges, type DmarcChanges, editDmarcRecord } from './dmarc/edit.ts';
export { type DmarcInput, type DmarcOptions, evaluateDmarc } from './dmarc/evaluate.ts';
export { formatDmarcRecord } from './dmarc/format.ts';
export { parseDmarcRecord } from './dmarc/parse.ts';
export type { AlignmentMode, DmarcPolicy, DmarcRecord, DmarcTag, DmarcUri } from './dmarc/record.ts';
export {
  type AuthorizeReportAddressesOptions,
  authorizeReportAddresses,
  type ReportAddresses,
  type ReportAddressVerdict,
  type ReportDestination,
} from './dmarc/report-address.ts';
export type { DmarcReportAddressCode } from './dmarc/report-address-rules.ts';
export type {
  AuthenticatedIdentifier,
  DmarcAlignment,
  DmarcReason,
  DmarcResult,
  DmarcResultWord,
  DmarcWalkStep,
} from './dmarc/result.ts';
export type { DmarcRecordCode } from './dmarc/rules.ts';
export type { Publishable } from './dns/publishable.ts';
export type { DnsAnswer, FailureReason, MxData, RecordData, RecordType, Resolver, TxtData } from './dns/resolver.ts';
export type { Environment } from './environment.ts';
export { defaultLimits, type Limits } from './limits.ts';
export { type AuthorResult, parseAuthorDomain } from './message/author-domain.ts';
export type { HeaderField } from './message/message.ts';
export { type ParsedMessage, parseMessage } from './message/parse-message.ts';
export type { MessageSource } from './message/source.ts';
export { buildMtaStsRecord, type MtaStsPublishable, type MtaStsRecordOptions } from './mta-sts/build.ts';
export type { MtaStsBuildCode } from './mta-sts/build-rules.ts';
export { formatMtaStsPolicy, formatMtaStsRecord } from './mta-sts/format.ts';
export { lookupMtaSts, type MtaStsOptions } from './mta-sts/lookup.ts';
export { type MtaStsMatch, matchMtaStsMx } from './mta-sts/match.ts';
export { parseMtaStsRecord } from './mta-sts/parse.ts';
export { parseMtaStsPolicy } from './mta-sts/parse-policy.ts';
export type { MtaStsPolicyCode } from './mta-sts/policy-rules.ts';
export type { MtaStsField, MtaStsMode, MtaStsPolicy, MtaStsRecord } from './mta-sts/record.ts';
export type { MtaStsResult } from './mta-sts/result.ts';
export type { MtaStsRecordCode } from './mta-sts/rules.ts';
export { type Lookup, resolverFrom } from './resolvers/adapt.ts';
export { type CacheOptions, cachingResolver } from './resolvers/cache.ts';
export { type DohOptions, dohResolver } from './resolvers/doh.ts';
export { memoryResolver, type Zone, type ZoneNode, type ZoneRecord, type ZoneRecordSet } from './resolvers/memory.ts';
export { type RecordingResolver, recordingResolver } from './resolvers/record.ts';
export { buildSpfRecord, type SpfRecordOptions } from './spf/build.ts';
export type { SpfBuildCode } from './spf/build-rules.ts';
export { editSpfRecord, type SpfChanges } from './spf/edit.ts';
export { evaluateSpf, type SpfInput, type SpfOptions } from './spf/evaluate.ts';
export { formatSpfRecord } from './spf/format.ts';
export { parseSpfRecord } from './spf/parse.ts';
export { parseReceivedSpf, type ReceivedSpf, type ReceivedSpfProperty } from './spf/parse-received-spf.ts';
export { formatReceivedSpf, type ReceivedSpfSession } from './spf/received-spf.ts';
export type { ReceivedSpfCode } from './spf/received-spf-rules.ts';
export type {
  SpfDirective,
  SpfMacroLetter,
  SpfMacroPart,
  SpfMacroString,
  SpfMechanismName,
  SpfModifier,
  SpfQualifier,
  SpfRecord,
  SpfTerm,
} from './spf/record.ts';
export type { SpfFault, SpfQuery, SpfReason, SpfResult, SpfResultWord, SpfStep, SpfTrace } from './spf/result.ts';
export type { SpfRecordCode } from './spf/rules.ts';
export type { RecordEdit, TextChange } from './text/change.ts';
export type { ScannedTag } from './text/tag-list.ts';
export { buildTlsRptRecord, type TlsRptRecordOptions } from './tls-rpt/build.ts';
export { formatTlsRptRecord } from './tls-rpt/format.ts';
export { lookupTlsRpt, type TlsRptOptions, type TlsRptResult } from './tls-rpt/lookup.ts';
export { parseTlsRptRecord } from './tls-rpt/parse.ts';
export type { TlsRptRecord, TlsRptUri } from './tls-rpt/record.ts';
export type { TlsRptRecordCode } from './tls-rpt/rules.ts';
