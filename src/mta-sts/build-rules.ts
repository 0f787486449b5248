import { type Diagnose, makeDiagnostic } from '../diagnostics/diagnostic.ts';

/** What is wrong about an MTA-STS record and policy to publish, besides what their parsers find. */
export const mtaStsBuildRules = {
  'mta-sts.build-id': ['error', 'RFC 8461', '3.1', '"id" must be 1 to 32 letters and digits: found "{value}"'],
  'mta-sts.build-mx': ['error', 'RFC 8461', '3.2', '"{value}" is no name of an MX host'],
} as const;

export type MtaStsBuildCode = keyof typeof mtaStsBuildRules;

export const diagnose: Diagnose<typeof mtaStsBuildRules> = (code, params, place) =>
  makeDiagnostic(mtaStsBuildRules, code, params, place);
