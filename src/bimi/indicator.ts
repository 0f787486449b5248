import { type Diagnostic, type Parsed, parsed, type RuleParams, type Span } from '../diagnostics/diagnostic.ts';
import { requireString } from '../environment.ts';
import { utf8Bytes } from '../text/bytes.ts';
import { type BimiIndicatorCode, type bimiIndicatorRules, diagnose } from './indicator-rules.ts';
import { scanXml, type XmlAttribute, type XmlToken } from './xml.ts';

/** What an indicator says of itself. */
export interface BimiIndicator {
  /** The text of its title. */
  title?: string;
  /** The text of its description. */
  desc?: string;
  /** As written: four numbers. */
  viewBox?: string;
  /** Octets of the file as UTF-8. */
  size: number;
  /** Elements of the picture. */
  elements: number;
}

// The elements of SVG Tiny 1.2 (appendix I) without those that SVG Tiny PS takes out: animation, scripts, events, links,
// raster images, sound, video and whatever loads something.
const ELEMENTS =
  ' circle defs desc ellipse font font-face font-face-src g glyph hkern line linearGradient metadata missing-glyph path ' +
  'polygon polyline radialGradient rect solidColor stop switch tbreak text textArea title tspan use ';

const SVG = 'http://www.w3.org/2000/svg';
const MOST_OCTETS = 32_768;
const MOST_TITLE = 65;

interface Reading {
  indicator: BimiIndicator;
  /** Of the elements that are open, outermost first. */
  open: string[];
  rootSeen: boolean;
  /** How many elements were open where "metadata" began; what is in there is not drawn. */
  metadata?: number;
  diagnostics: Diagnostic<BimiIndicatorCode>[];
}

/**
 * Checks the SVG of a BIMI indicator against the profile SVG Tiny PS, as text: its root, title and size, and that every
 * element and attribute is one that cannot run, load or link to anything. `ok` means that it conforms; how it looks, and
 * whether it equals the picture in a certificate, is not looked at.
 *
 * @param text - the file, uncompressed
 * @throws TypeError where `text` is not a string
 * @see draft-svg-tiny-ps-abrotman §2
 * @example
 * const svg = '<svg xmlns="http://www.w3.org/2000/svg" version="1.2" baseProfile="tiny-ps" viewBox="0 0 1 1">' +
 *   '<title>Example</title><script/></svg>';
 * parseBimiIndicator(svg).diagnostics[0]?.message; // => 'Element "script" is not allowed'
 */
export function parseBimiIndicator(text: string): Parsed<BimiIndicator, BimiIndicatorCode> {
  requireString('parse the BIMI indicator', 'text', text);
  const size = utf8Bytes(text).length;
  const reading: Reading = { indicator: { size, elements: 0 }, open: [], rootSeen: false, diagnostics: [] };
  for (const token of scanXml(text)) readToken(reading, token);
  const { diagnostics, open, rootSeen, indicator } = reading;
  const end = { start: text.length, end: text.length };
  const unclosed = open.at(-1);
  if (unclosed !== undefined && diagnostics.at(-1)?.code !== 'bimi.svg-xml') {
    report(reading, 'bimi.svg-xml', { fault: `"${unclosed}" is not closed` }, end);
  }
  // Of what is not well-formed, no more can be said.
  if (!diagnostics.some(({ code }) => code === 'bimi.svg-xml')) {
    if (rootSeen) lint(reading);
    else report(reading, 'bimi.svg-root', { value: '' }, { start: 0, end: 0 });
  }
  return parsed(rootSeen ? indicator : undefined, diagnostics);
}

function report<Code extends BimiIndicatorCode>(
  { diagnostics }: Reading,
  code: Code,
  params: RuleParams<(typeof bimiIndicatorRules)[Code]>,
  span?: Span,
): void {
  diagnostics.push(diagnose(code, params, span && { span }));
}

function readToken(reading: Reading, token: XmlToken): void {
  const { open, indicator } = reading;
  const { span } = token;
  switch (token.kind) {
    case 'start':
      readElement(reading, token.name, token.attributes, span);
      open.push(token.name);
      break;
    case 'end':
      if (open.length - 1 === reading.metadata) delete reading.metadata;
      if (open.pop() !== token.name) {
        report(reading, 'bimi.svg-xml', { fault: `"${token.name}" is closed where it is not open` }, span);
      }
      break;
    case 'text': {
      readEntities(reading, token.text, span.start);
      const [root, name, deeper] = open;
      if (root === undefined && /[^ \t\r\n]/.test(token.text)) {
        report(reading, 'bimi.svg-xml', { fault: 'there is text outside of the root element' }, span);
      }
      if (deeper === undefined && (name === 'title' || name === 'desc')) {
        indicator[name] = (indicator[name] ?? '') + token.text;
      }
      break;
    }
    case 'doctype':
      report(reading, 'bimi.svg-doctype', { value: '<!DOCTYPE' }, span);
      break;
    case 'instruction':
      // A style sheet would be loaded from elsewhere.
      if (token.name !== 'xml') report(reading, 'bimi.svg-element', { value: `?${token.name}` }, span);
      break;
    case 'fault':
      report(reading, 'bimi.svg-xml', { fault: token.fault }, span);
  }
}

/** Without a document type only the five entities of XML and numbers are defined. */
function readEntities(reading: Reading, text: string, offset: number): void {
  for (const match of text.matchAll(/&(?!(?:amp|lt|gt|quot|apos|#\d{1,7}|#x[\da-f]{1,6});)[^;<& ]{0,30}/gi)) {
    const start = offset + match.index;
    report(reading, 'bimi.svg-doctype', { value: match[0] }, { start, end: start + match[0].length });
  }
}

function readElement(reading: Reading, name: string, attributes: XmlAttribute[], span: Span): void {
  const { open, indicator } = reading;
  indicator.elements++;
  const depth = open.length;
  if (depth === 0) readRoot(reading, name, attributes, span);
  // Editors leave data of their own in "metadata".
  if (depth > 0 && reading.metadata === undefined && !ELEMENTS.includes(` ${name} `)) {
    report(reading, 'bimi.svg-element', { value: name }, span);
  }
  if (name === 'metadata') reading.metadata ??= depth;
  for (const attribute of attributes) readAttribute(reading, attribute);
  if (depth === 1 && (name === 'title' || name === 'desc')) indicator[name] ??= '';
}

function readAttribute(reading: Reading, { name, value, span }: XmlAttribute): void {
  readEntities(reading, value, span.end - 1 - value.length);
  if (/^xmlns(:|$)/.test(name)) return;
  if (/^(on|ev:)/i.test(name) || name === 'style' || name === 'xml:base') {
    report(reading, 'bimi.svg-attribute', { value: name }, span);
  } else if (/^([\w-]+:)?(href|src)$/i.test(name) ? !/^[ \t\r\n]*#/.test(value) : refersElsewhere(value)) {
    report(reading, 'bimi.svg-reference', { value }, span);
  }
}

/** `url(…)` of anything but an element of the file; a character reference could hide what it says. */
function refersElsewhere(value: string): boolean {
  return /url[ \t\r\n]*\((?![ \t\r\n]*['"]?#)|&#|javascript:|@import/i.test(value);
}

function readRoot(reading: Reading, name: string, attributes: XmlAttribute[], span: Span): void {
  const find = (wanted: string) => attributes.find((attribute) => attribute.name === wanted);
  if (reading.rootSeen) {
    report(reading, 'bimi.svg-xml', { fault: `"${name}" is a second root element` }, span);
    return;
  }
  reading.rootSeen = true;
  // A prefixed name is the same to XML, and not to what most receivers check with.
  if (name !== 'svg' || find('xmlns')?.value !== SVG) report(reading, 'bimi.svg-root', { value: name }, span);
  const version = find('version');
  if (version?.value !== '1.2')
    report(reading, 'bimi.svg-version', { value: version?.value ?? '' }, version?.span ?? span);
  const profile = find('baseProfile');
  if (profile?.value !== 'tiny-ps') {
    report(reading, 'bimi.svg-profile', { value: profile?.value ?? '' }, profile?.span ?? span);
  }
  for (const position of ['x', 'y']) {
    const attribute = find(position);
    if (attribute !== undefined) report(reading, 'bimi.svg-position', { value: position }, attribute.span);
  }
  const viewBox = find('viewBox');
  if (viewBox !== undefined) reading.indicator.viewBox = viewBox.value;
  const [, , width, height] = (viewBox?.value ?? '').split(/[ \t\r\n,]+/).filter((part) => part !== '');
  if (width === undefined || !(Number(width) > 0) || Number(width) !== Number(height)) {
    report(reading, 'bimi.svg-view-box', { value: viewBox?.value ?? '' }, viewBox?.span ?? span);
  }
}

function lint(reading: Reading): void {
  const { title, desc, size } = reading.indicator;
  if (title === undefined || !/[^ \t\r\n]/.test(title)) report(reading, 'bimi.svg-title', {});
  else if ([...title].length > MOST_TITLE) report(reading, 'bimi.svg-long-title', { length: [...title].length });
  if (desc === undefined) report(reading, 'bimi.svg-description', {});
  if (size > MOST_OCTETS) report(reading, 'bimi.svg-size', { size, limit: MOST_OCTETS });
}
