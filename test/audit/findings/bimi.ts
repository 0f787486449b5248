import { BIMI, DMARC, type FindingExample, LOGO, LOGO_URL } from './base.ts';

function record(code: string, story: string, text: string, follows: readonly string[] = []): FindingExample {
  return { code, story, zone: { 'default._bimi.example.com': { TXT: [text] } }, with: follows };
}

function logo(code: string, story: string, body: string, follows: readonly string[] = []): FindingExample {
  return { code, story, files: { [LOGO_URL]: { body, type: 'image/svg+xml' } }, with: follows };
}

const inside = (element: string) => LOGO.replace('  <circle', `  ${element}\n  <circle`);

export const bimiExamples: readonly FindingExample[] = [
  {
    code: 'bimi.policy',
    story: 'The policy of DMARC is still none',
    zone: { '_dmarc.example.com': { TXT: [DMARC.replace('reject', 'none')] } },
    with: ['dmarc.policy-none'],
  },
  record('bimi.version', 'The version is written in lower case', BIMI.replace('BIMI1', 'bimi1')),
  record('bimi.pasted', 'The record was pasted with its quotes', `"${BIMI}"`),
  record('bimi.character', 'An invisible character of a web page came along', `${BIMI}\u200b`),
  record('bimi.separator', 'A comma stands where a semicolon belongs', BIMI.replace('.svg;', '.svg,')),
  record('bimi.tag-syntax', 'A remark was left in the record', `${BIMI}; todo`),
  record('bimi.unknown-tag', 'The record has a tag of its own', `${BIMI}; note=2026`),
  record(
    'bimi.duplicate-tag',
    'The address of the certificate stands there twice',
    `${BIMI}; a=https://example.com/brand/vmc.pem`,
  ),
  record('bimi.missing-location', 'Only the certificate is named', 'v=BIMI1; a=https://example.com/brand/vmc.pem'),
  record('bimi.uri', 'The certificate is served without TLS', BIMI.replace('a=https', 'a=http')),
  record('bimi.indicator-format', 'The logo is a PNG', BIMI.replace('.svg', '.png')),
  record(
    'bimi.evidence-alone',
    'There is a certificate and no logo',
    'v=BIMI1; l=; a=https://example.com/brand/vmc.pem',
  ),
  record('bimi.preference', 'The preference is in upper case', `${BIMI}; avp=Brand`),
  record('bimi.local-parts', 'A prefix is a whole address', `${BIMI}; lps=news,info@example.com`),
  record('bimi.no-evidence', 'There is no certificate yet', `v=BIMI1; l=${LOGO_URL}`),
  {
    code: 'bimi.multiple-records',
    story: 'A second record was published beside the first',
    zone: { 'default._bimi.example.com': { TXT: [BIMI, 'v=BIMI1; l=; a='] } },
  },
  record('bimi.record-too-large', 'The record holds more than anybody reads', `${BIMI}; x=${'y'.repeat(8200)}`),
  {
    code: 'bimi.dns-failure',
    story: 'The name servers do not answer for the record',
    zone: { 'default._bimi.example.com': { TXT: { failure: 'servfail' } } },
  },
  {
    code: 'bimi.indicator-unavailable',
    story: 'The logo was moved with the web site',
    files: { [LOGO_URL]: { body: 'Not found', type: 'text/plain', status: 404 } },
  },
  { code: 'bimi.indicator-not-checked', story: 'The web server cannot be reached', files: { [LOGO_URL]: null } },
  {
    code: 'bimi.content-type',
    story: 'The web server does not know the type of the file',
    files: { [LOGO_URL]: { body: LOGO, type: 'application/octet-stream' } },
  },
  logo('bimi.svg-xml', 'An element is not closed', LOGO.replace('</title>', '')),
  logo('bimi.svg-root', 'The namespace is missing', LOGO.replace(' xmlns="http://www.w3.org/2000/svg"', '')),
  logo(
    'bimi.svg-version',
    'The file is as the drawing program saved it',
    LOGO.replace('version="1.2"', 'version="1.1"'),
  ),
  logo('bimi.svg-profile', 'The profile is another', LOGO.replace('tiny-ps', 'tiny')),
  logo('bimi.svg-position', 'The drawing program wrote a position', LOGO.replace(' viewBox', ' x="0px" viewBox')),
  logo('bimi.svg-title', 'The title is missing', LOGO.replace('  <title>Example</title>\n', '')),
  logo('bimi.svg-element', 'The picture is a photograph in a frame', inside('<image width="64" height="64"/>')),
  logo('bimi.svg-attribute', 'A style came along', LOGO.replace('fill="#c00"', 'style="fill:#c00"')),
  logo(
    'bimi.svg-reference',
    'A part is loaded from elsewhere',
    inside('<use href="https://example.com/parts.svg#a"/>'),
  ),
  logo('bimi.svg-doctype', 'The drawing program wrote a document type', `<!DOCTYPE svg>\n${LOGO}`),
  logo('bimi.svg-size', 'The file is larger than receivers take', inside(`<path d="M0 0${' h1 v1'.repeat(6000)}"/>`)),
  logo('bimi.svg-view-box', 'The picture is wider than high', LOGO.replace('0 0 64 64', '0 0 128 64')),
  logo(
    'bimi.svg-long-title',
    'The title is a slogan',
    LOGO.replace('>Example<', `>Example, ${'the best of all '.repeat(5)}<`),
  ),
  logo('bimi.svg-description', 'There is no description', LOGO.replace('  <desc>A red disc</desc>\n', '')),
];
