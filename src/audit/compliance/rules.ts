import { type Diagnose, makeDiagnostic } from '../../diagnostics/diagnostic.ts';

/** What keeps a message from the rules for bulk senders, where it is in the message itself. */
export const bulkSenderRules = {
  'bulk.field-missing': ['error', 'RFC 5322', '3.6', 'There is no {name} field'],
  'bulk.field-repeated': ['error', 'RFC 5322', '3.6', 'There are {count} {name} fields, one is the most'],
  'bulk.date': ['error', 'RFC 5322', '3.3', 'Date is no date: "{value}"'],
  'bulk.message-id': ['error', 'RFC 5322', '3.6.4', 'Message-ID must be of the form <left@right>: found "{value}"'],
  'bulk.unsubscribe-missing': ['error', 'RFC 8058', '3.1', 'One-click unsubscribing needs a {name} field'],
  'bulk.unsubscribe-repeated': ['error', 'RFC 8058', '3.1', 'There must be one {name} field: found {count}'],
  'bulk.unsubscribe-uri': ['error', 'RFC 8058', '3.1', 'List-Unsubscribe must have one HTTPS URI: found {count}'],
  'bulk.unsubscribe-http': ['error', 'RFC 8058', '3.1', 'List-Unsubscribe must not have the HTTP URI "{uri}"'],
  'bulk.unsubscribe-post': [
    'error',
    'RFC 8058',
    '3.1',
    'List-Unsubscribe-Post must be List-Unsubscribe=One-Click: found "{value}"',
  ],
  'bulk.unsubscribe-unsigned': [
    'error',
    'RFC 8058',
    '4',
    'No DKIM signature that passes covers both List-Unsubscribe and List-Unsubscribe-Post',
  ],
} as const;

export type BulkSenderCode = keyof typeof bulkSenderRules;

export const diagnose: Diagnose<typeof bulkSenderRules> = (code, params, place) =>
  makeDiagnostic(bulkSenderRules, code, params, place);
