import { describe, expect, test } from 'vitest';
import { parseBimiIndicator } from '../../src/bimi/indicator.ts';

const root = 'xmlns="http://www.w3.org/2000/svg" version="1.2" baseProfile="tiny-ps" viewBox="0 0 64 64"';
const svg = (body: string, attributes = root, title = '<title>Example</title><desc>A dot</desc>') =>
  `<svg ${attributes}>${title}${body}</svg>`;

describe('SVG Tiny PS', () => {
  test.each([
    svg('<circle cx="32" cy="32" r="30" fill="#f00"/>'),
    `\ufeff<?xml version="1.0" encoding="UTF-8"?>\n<!-- a logo -->\n${svg('<g><path d="M0 0h64v64z"/></g>')}\n`,
    svg(
      '<defs><linearGradient id="a"><stop offset="0"/></linearGradient></defs><rect fill="url(#a)" width="1" height="1"/><use xlink:href="#a"/>',
      `${root} xmlns:xlink="http://www.w3.org/1999/xlink"`,
    ),
    svg('<metadata><rdf:RDF><a/></rdf:RDF></metadata><text>&amp;&#65;&#x41;<![CDATA[<x>]]></text>'),
    svg('', root.replaceAll('"', "'").replace('0 0 64 64', '0,0,64,64')),
  ])('%s conforms', (text) => {
    const { ok, value, diagnostics } = parseBimiIndicator(text);
    expect({ ok, diagnostics }).toEqual({ ok: true, diagnostics: [] });
    expect(value).toMatchObject({ title: 'Example', desc: 'A dot', size: new TextEncoder().encode(text).length });
  });

  test.each<[string, string, string[]]>([
    ['a script', svg('<script>alert(1)</script>'), ['bimi.svg-element']],
    ['an animation', svg('<circle><animate attributeName="r"/></circle>'), ['bimi.svg-element']],
    ['a raster image', svg('<image href="#a"/>'), ['bimi.svg-element']],
    ['foreign content', svg('<foreignObject/>'), ['bimi.svg-element']],
    ['a style sheet', svg('<style>circle{}</style>'), ['bimi.svg-element']],
    ['a nested svg', svg('<svg/>'), ['bimi.svg-element']],
    ['a prefixed element', svg('<svg:script/>'), ['bimi.svg-element']],
    ['a style sheet from elsewhere', `<?xml-stylesheet href="x.css"?>${svg('')}`, ['bimi.svg-element']],
    ['an element behind the metadata', svg('<metadata/><video/>'), ['bimi.svg-element']],
    ['an event attribute', svg('<g onclick="x()"/>'), ['bimi.svg-attribute']],
    ['a style attribute', svg('<g style="fill:red"/>'), ['bimi.svg-attribute']],
    ['a base', svg('<g xml:base="https://example.com/"/>'), ['bimi.svg-attribute']],
    ['a link out', svg('<use xlink:href="https://example.com/x.svg#a"/>'), ['bimi.svg-reference']],
    ['a data URI', svg('<use href="data:image/png;base64,AA"/>'), ['bimi.svg-reference']],
    ['a fill from elsewhere', svg('<g fill="url(https://example.com/x#a)"/>'), ['bimi.svg-reference']],
    ['a reference hidden by numbers', svg('<g fill="u&#114;l(x)"/>'), ['bimi.svg-reference']],
    ['a document type', `<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "x">${svg('')}`, ['bimi.svg-doctype']],
    [
      'entities',
      `<!DOCTYPE svg [<!ENTITY a "b">]>${svg('<text>&a;</text>')}`,
      ['bimi.svg-doctype', 'bimi.svg-doctype'],
    ],
    ['version 1.1', svg('', root.replace('1.2', '1.1')), ['bimi.svg-version']],
    ['no version', svg('', root.replace('version="1.2"', '')), ['bimi.svg-version']],
    ['the profile tiny', svg('', root.replace('tiny-ps', 'tiny')), ['bimi.svg-profile']],
    ['no profile', svg('', root.replace('baseProfile="tiny-ps"', '')), ['bimi.svg-profile']],
    ['x and y', svg('', `${root} x="0px" y="0px"`), ['bimi.svg-position', 'bimi.svg-position']],
    ['no namespace', svg('', root.replace(/xmlns="[^"]*"/, '')), ['bimi.svg-root']],
    [
      'HTML',
      '<html></html>',
      [
        'bimi.svg-root',
        'bimi.svg-version',
        'bimi.svg-profile',
        'bimi.svg-view-box',
        'bimi.svg-title',
        'bimi.svg-description',
      ],
    ],
    ['nothing', '', ['bimi.svg-root']],
    ['no title', svg('', root, '<desc/>'), ['bimi.svg-title']],
    ['an empty title', svg('', root, '<title> </title><desc/>'), ['bimi.svg-title']],
    ['a title of a group', svg('<g><title>x</title></g>', root, '<desc/>'), ['bimi.svg-title']],
    ['a long title', svg('', root, `<title>${'x'.repeat(66)}</title><desc/>`), ['bimi.svg-long-title']],
    ['no description', svg('', root, '<title>x</title>'), ['bimi.svg-description']],
    ['an oblong', svg('', root.replace('64 64', '64 32')), ['bimi.svg-view-box']],
    ['no viewBox', svg('', root.replace(/viewBox="[^"]*"/, '')), ['bimi.svg-view-box']],
    ['a large file', svg(`<path d="${'M0 0'.repeat(9000)}"/>`), ['bimi.svg-size']],
    ['an open element', `<svg ${root}><title>x</title>`, ['bimi.svg-xml']],
    ['crossed elements', svg('<g><a></g></a>'), ['bimi.svg-element', 'bimi.svg-xml', 'bimi.svg-xml']],
    ['two roots', `${svg('')}<svg/>`, ['bimi.svg-xml']],
    ['text outside', `${svg('')}x`, ['bimi.svg-xml']],
    ['an attribute twice', svg('<g id="a" id="b"/>'), ['bimi.svg-xml']],
    ['an attribute without quotes', svg('<g id=a/>'), ['bimi.svg-xml']],
    ['attributes that touch', svg('<g id="a"x="b"/>'), ['bimi.svg-xml']],
    ['a bare "<"', svg('a < b'), ['bimi.svg-xml']],
    ['an end tag that is not whole', `<svg ${root}></svg`, ['bimi.svg-xml']],
    ['an open comment', svg('<!-- x'), ['bimi.svg-xml']],
    ['an open CDATA section', svg('<![CDATA[ x'), ['bimi.svg-xml']],
    ['an open document type', `<!DOCTYPE svg [ ${svg('')}`, ['bimi.svg-xml']],
    ['an open instruction', `<?xml ${root}`, ['bimi.svg-xml']],
  ])('%s', (_, text, codes) => {
    const { diagnostics } = parseBimiIndicator(text);
    expect(diagnostics.map(({ code }) => code)).toEqual(codes);
    for (const { span } of diagnostics) if (span) expect(span.start <= span.end && span.end <= text.length).toBe(true);
  });

  test('the place of a finding', () => {
    const text = svg('<g onload="x"/>');
    const [finding] = parseBimiIndicator(text).diagnostics;
    expect(text.slice(finding!.span!.start, finding!.span!.end)).toBe('onload="x"');
    expect(finding!.message).toBe('Attribute "onload" is not allowed');
  });

  test.each(['<g>', '<!x>', '<!--', '<?x?>', '&a', '<metadata>', '<a b="', '</g>', '<a ', ' a="b"', '<![CDATA[', ']'])(
    'time is linear: %j',
    (unit) => {
      const start = performance.now();
      for (const head of ['', `<svg ${root}>`, '<svg ', '<!DOCTYPE ['])
        parseBimiIndicator(head + unit.repeat(100_000 / unit.length));
      expect(performance.now() - start).toBeLessThan(8000);
    },
  );

  test('only a text is checked', () => {
    expect(() => parseBimiIndicator(new Uint8Array() as never)).toThrow('"text" must be a string');
  });
});
