import { type Diagnose, makeDiagnostic } from '../../diagnostics/diagnostic.ts';

/** Findings about the XML of aggregate reports. What is really sent deviates, so an `error` means that something was lost. */
export const aggregateRules = {
  'aggregate.not-a-report': ['error', 'RFC 9990', '3.1.1.1', 'The text has no "feedback" element'],
  'aggregate.doctype': ['error', 'RFC 9990', '8.1', 'A document type declaration is refused; the rest is not read'],
  'aggregate.not-well-formed': ['error', 'RFC 9990', '3.1', 'The XML is not well formed: {problem}'],
  'aggregate.encoding': ['warning', 'RFC 9990', '3.1', 'The bytes are not {encoding}, they are read as {used}'],
  'aggregate.byte-order-mark': ['info', 'RFC 9990', '3.1', 'The text begins with a byte order mark'],
  'aggregate.too-deep': [
    'error',
    'RFC 9990',
    '8.1',
    'Elements are nested more than {limit} deep; what is deeper is not read',
  ],
  'aggregate.too-many-records': ['error', 'RFC 9990', '8.1', 'Records after the first {limit} are left out'],
  'aggregate.no-records': ['warning', 'RFC 9990', '3.1.1.2', 'The report has no record'],
  'aggregate.record-dropped': [
    'error',
    'RFC 9990',
    '3.1.1.8',
    'Record {number} is left out: it has no usable "{element}"',
  ],
  'aggregate.namespace': [
    'info',
    'RFC 9990',
    '3.1.1.1',
    'Element "feedback" has not the namespace of RFC 9990: found "{namespace}"',
  ],
  'aggregate.wrapper': ['warning', 'RFC 9990', '3.1.1.1', 'Element "{element}" stands around "feedback"'],
  'aggregate.order': ['warning', 'RFC 9990', '3.1.1.2', 'Element "{element}" comes after the first record'],
  'aggregate.missing-element': ['error', 'RFC 9990', '3.1.1', 'Element "{element}" is missing in "{parent}"'],
  'aggregate.omitted-element': [
    'info',
    'RFC 9990',
    '3.1.1',
    'Element "{element}" is missing in "{parent}"; {schema} wants it',
  ],
  'aggregate.empty-element': ['info', 'RFC 9990', '3.1.1', 'Element "{element}" is empty'],
  'aggregate.unknown-element': ['info', 'RFC 9990', '5', 'Element "{element}" in "{parent}" is in neither schema'],
  'aggregate.old-element': ['info', 'RFC 9990', '3.1.1.5', 'Element "{element}" is one of RFC 7489 alone'],
  'aggregate.duplicate-element': [
    'warning',
    'RFC 9990',
    '3.1.1',
    'Element "{element}" occurs again in "{parent}"; the first one counts',
  ],
  'aggregate.case': ['info', 'RFC 9990', '3.1.1', 'Element "{element}" should be lower case: found "{value}"'],
  'aggregate.value': ['warning', 'RFC 9990', '3.1.1', 'Element "{element}" must be {expected}: found "{value}"'],
  'aggregate.old-value': ['info', 'RFC 9990', '3.1.1', 'Element "{element}" has "{value}", a word of RFC 7489 alone'],
  'aggregate.result': [
    'info',
    'RFC 8601',
    '2.7',
    'Element "{element}" has "{value}", which is no result; it means "{meant}"',
  ],
  'aggregate.assumed': [
    'warning',
    'RFC 9990',
    '3.1.1.9',
    'Element "{element}" says nothing usable; "{assumed}" is assumed',
  ],
  'aggregate.number': [
    'warning',
    'RFC 9990',
    '3.1.1',
    'Element "{element}" must be a whole number from {least} to {most}: found "{value}"',
  ],
  'aggregate.date': [
    'warning',
    'RFC 9990',
    '3.1.1.4',
    'Element "{element}" should be whole seconds since 1970: found "{value}"',
  ],
  'aggregate.no-date': ['error', 'RFC 9990', '3.1.1.4', 'Element "{element}" is no time: found "{value}"'],
  'aggregate.zero-date': ['warning', 'RFC 9990', '3.1.1.4', 'Element "{element}" is 0, which is no time of a report'],
  'aggregate.period': ['warning', 'RFC 9990', '3.1.1.4', 'The report covers {hours} hours, which is more than a day'],
  'aggregate.date-order': ['warning', 'RFC 9990', '3.1.1.4', 'The report ends at {end}, before it begins at {begin}'],
  'aggregate.source-ip': ['error', 'RFC 9990', '3.1.1.8', 'Element "source_ip" must be an IP address: found "{value}"'],
  'aggregate.more': ['info', 'RFC 9990', '3.1.1', '{count} more findings of the kind {code}'],
} as const;

export type AggregateCode = keyof typeof aggregateRules;

export const diagnose: Diagnose<typeof aggregateRules> = (code, params, place) =>
  makeDiagnostic(aggregateRules, code, params, place);
