import { type Diagnose, makeDiagnostic } from '../diagnostics/diagnostic.ts';

/** Every finding about an indicator; "SVG Tiny PS draft" is draft-svg-tiny-ps-abrotman. */
export const bimiIndicatorRules = {
  'bimi.svg-xml': ['error', 'SVG Tiny PS draft', '2', 'The file is not well-formed XML: {fault}'],
  'bimi.svg-root': [
    'error',
    'SVG Tiny PS draft',
    '2',
    'The root element must be svg in its namespace: found "{value}"',
  ],
  'bimi.svg-version': ['error', 'SVG Tiny PS draft', '2', '"version" of the root must be 1.2: found "{value}"'],
  'bimi.svg-profile': ['error', 'SVG Tiny PS draft', '2', '"baseProfile" of the root must be tiny-ps: found "{value}"'],
  'bimi.svg-position': ['error', 'SVG Tiny PS draft', '2', 'The root must not have the attribute "{value}"'],
  'bimi.svg-title': ['error', 'SVG Tiny PS draft', '2', 'The root must have a title that is not empty'],
  'bimi.svg-element': ['error', 'SVG Tiny PS draft', '2', 'Element "{value}" is not allowed'],
  'bimi.svg-attribute': ['error', 'SVG Tiny PS draft', '2', 'Attribute "{value}" is not allowed'],
  'bimi.svg-reference': ['error', 'SVG Tiny PS draft', '2', 'A reference must stay in the file: found "{value}"'],
  'bimi.svg-doctype': [
    'error',
    'SVG Tiny PS draft',
    '2',
    'A document type and entities are not allowed: found "{value}"',
  ],
  'bimi.svg-size': [
    'warning',
    'BIMI draft',
    '4.3.2',
    'The file has {size} octets: many receivers take no more than {limit}',
  ],
  'bimi.svg-view-box': ['warning', 'BIMI draft', '4.3.2', 'The image should be square by its viewBox: found "{value}"'],
  'bimi.svg-long-title': [
    'warning',
    'BIMI draft',
    '4.3.2',
    'The title should have at most 65 characters: found {length}',
  ],
  'bimi.svg-description': [
    'info',
    'BIMI draft',
    '4.3.2',
    'There is no description (element "desc") for those who do not see',
  ],
} as const;

export type BimiIndicatorCode = keyof typeof bimiIndicatorRules;

export const diagnose: Diagnose<typeof bimiIndicatorRules> = (code, params, place) =>
  makeDiagnostic(bimiIndicatorRules, code, params, place);
