import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import * as audit from '../src/audit.ts';
import * as core from '../src/core.ts';
import * as index from '../src/index.ts';
import * as node from '../src/node.ts';
import * as publicSuffix from '../src/public-suffix.ts';
import * as reports from '../src/reports.ts';

const json = (path: string) => JSON.parse(readFileSync(new URL(`../${path}`, import.meta.url), 'utf8'));

describe('the public surface', () => {
  test('mailverdict is core and what knows the public suffix list', () => {
    expect(Object.keys(index).sort()).toEqual([...Object.keys(core), 'checkAlignment', 'publicSuffix'].sort());
  });

  test('mailverdict/core', () => {
    expect(Object.keys(core).sort()).toEqual([
      'authenticateMessage',
      'authorizeReportAddresses',
      'buildBimiRecord',
      'buildDkimKeyRecord',
      'buildDmarcRecord',
      'buildMtaStsRecord',
      'buildSpfRecord',
      'buildTlsRptRecord',
      'cachingResolver',
      'checkAlignmentWith',
      'createKeyCache',
      'defaultLimits',
      'dohResolver',
      'editDmarcRecord',
      'editSpfRecord',
      'evaluateDmarc',
      'evaluateSpf',
      'formatAuthenticationResults',
      'formatBimiRecord',
      'formatDkimKeyRecord',
      'formatDkimSignature',
      'formatDmarcRecord',
      'formatMtaStsPolicy',
      'formatMtaStsRecord',
      'formatReceivedSpf',
      'formatSpfRecord',
      'formatTlsRptRecord',
      'generateDkimKeyPair',
      'lookupBimi',
      'lookupMtaSts',
      'lookupTlsRpt',
      'matchMtaStsMx',
      'memoryResolver',
      'nativeCrypto',
      'parseArcAuthenticationResults',
      'parseAuthenticationResults',
      'parseAuthorDomain',
      'parseBimiIndicator',
      'parseBimiRecord',
      'parseDkimKeyRecord',
      'parseDkimSignature',
      'parseDmarcRecord',
      'parseMessage',
      'parseMtaStsPolicy',
      'parseMtaStsRecord',
      'parseReceivedSpf',
      'parseSpfRecord',
      'parseTlsRptRecord',
      'portableCrypto',
      'recordingResolver',
      'renderDiagnostic',
      'resolverFrom',
      'sealMessage',
      'selectAuthenticationResults',
      'signMessage',
      'signerFromPem',
      'stripAuthenticationResults',
      'verifyArc',
      'verifyDkimSignature',
      'verifyDkimSignatures',
    ]);
  });

  test('mailverdict/audit', () => {
    expect(Object.keys(audit).sort()).toEqual([
      'analyzeSpf',
      'auditBulkSender',
      'auditDomain',
      'auditSender',
      'flattenSpf',
      'planKeyRotation',
      'planRollout',
      'senderDirectory',
      'simulateSpf',
    ]);
  });

  test('mailverdict/reports', () => {
    expect(Object.keys(reports).sort()).toEqual([
      'buildAggregateReport',
      'buildFailureReport',
      'buildTlsReport',
      'createReportAccumulator',
      'mergeSummaries',
      'openReport',
      'parseAggregateRecords',
      'parseAggregateReport',
      'parseFailureReport',
      'parseTlsReport',
      'simulatePolicy',
      'summarizeAggregateRecords',
      'summarizeAggregateReports',
      'summarizeTlsReports',
    ]);
  });

  test('mailverdict/public-suffix and mailverdict/node', () => {
    expect(Object.keys(publicSuffix).sort()).toEqual(['checkAlignment', 'publicSuffix', 'publicSuffixFrom']);
    expect(Object.keys(node)).toEqual(['nodeResolver']);
  });

  test('npm and JSR offer the same version and entry points', () => {
    const npm = json('package.json');
    const jsr = json('jsr.json');
    expect(jsr.version).toBe(npm.version);
    expect(Object.keys(jsr.exports)).toEqual(Object.keys(npm.exports).filter((entry) => entry !== './package.json'));
    for (const [name, version] of Object.entries(npm.dependencies)) {
      const imported = Object.values<string>(jsr.imports).filter((specifier) => specifier.startsWith(`npm:${name}@`));
      expect(imported.map((specifier) => specifier.includes(`@${version}`))).toContain(true);
    }
  });
});
