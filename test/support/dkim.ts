/** The fields that are signed once more than they are there, present or not (RFC 6376 §8.15). */
export const OVERSIGNED = [
  'From',
  'Subject',
  'To',
  'Cc',
  'Date',
  'Reply-To',
  'Message-ID',
  'MIME-Version',
  'Content-Type',
  'List-Unsubscribe',
  'List-Unsubscribe-Post',
] as const;
