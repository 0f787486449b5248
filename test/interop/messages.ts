const fields = [
  'Received: from client.example by mx.example; Sat, 21 Nov 2026 10:00:00 +0000',
  'From: Ann Example <ann@example.com>',
  'To: bob@example.org',
  'Subject: Hello',
  'Date: Sat, 21 Nov 2026 10:00:00 +0000',
  'Message-ID: <1@example.com>',
  'MIME-Version: 1.0',
  'Content-Type: text/plain; charset=utf-8',
];

function message(body: string, header: readonly string[] = fields): Buffer {
  return Buffer.from(`${header.join('\r\n')}\r\n\r\n${body}`, 'latin1');
}

const folded = [
  ...fields.slice(0, 2),
  'To: bob@example.org,\r\n\tcarol@example.org ,\r\n   dave@example.org',
  'SUBJECT: spaces\t\tand   tabs  \r\n \tover three\r\n\t lines\t ',
  'References: <1@example.com>\r\n <2@example.com>',
  ...fields.slice(4),
];

const spaced = [
  ...fields.slice(0, 2),
  'To:bob@example.org',
  'Cc:',
  'Subject:  \tHello',
  'References:\r\n <2@example.com>',
];

const attachment = 'TWFpbHZlcmRpY3QgcmVhZHMgYSBsb25nIGF0dGFjaG1lbnQgaW4gb25lIHBhc3MuICAg\r\n';

/** What signers and verifiers have fallen over; lines end in CRLF. */
export const messages: { readonly [name: string]: Buffer } = {
  plain: message('Hello Bob,\r\n\r\nhow are you?\r\n'),
  'folded fields': message('Hello\r\n', folded),
  'white space behind the colon': message('Hello\r\n', [...spaced, ...fields.slice(4)]),
  'white space in the body': message(' \tindented  text\t \r\n\t\r\nend  of\t\tline \r\n'),
  'empty lines at the end': message('Hello\r\n\r\n\r\n\r\n'),
  'white space lines at the end': message('Hello\r\n \r\n\t\r\n \t \r\n'),
  'no body': message(''),
  'a body of empty lines': message('\r\n\r\n\r\n'),
  'a body of white space': message(' \r\n\t\r\n'),
  '8-bit': message('Gr\u00c3\u00bc\u00c3\u009fe\r\n\u00e9\u00ff\u0080 not UTF-8\r\n', [
    ...fields.slice(0, 3),
    'Subject: Gr\u00c3\u00bc\u00c3\u009fe',
    ...fields.slice(4),
  ]),
  'fields that occur twice': message('Hello\r\n', ['Sender: a@example.com', 'List-Id: <b>', 'List-Id: <c>', ...fields]),
  'dots and From lines': message('.\r\n..\r\nFrom here on\r\n>From there\r\n'),
  'no CRLF at the end': message('Hello\r\nBob'),
  'no CRLF and white space at the end': message('Hello\r\nBob \t'),
  'long lines': message(`${'x'.repeat(998)}\r\n${'y '.repeat(499)}\r\n`),
};

/** Five megabytes of an attachment, with a text in front. */
export const large: Buffer = message(
  `See below:  \r\n\r\n${attachment.repeat(Math.ceil(5_000_000 / attachment.length))}`,
);
