// mailauth is CommonJS; some of what is measured is not exported by its entry.
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

export const mailauth = {
  ...require('mailauth'),
  ...require('mailauth/lib/dkim/verify.js'),
  ...require('mailauth/lib/dkim/sign.js'),
  ...require('mailauth/lib/spf/index.js'),
  parseDkimHeaders: require('mailauth/lib/parse-dkim-headers.js'),
  parseDmarcRecord: require('mailauth/lib/dmarc/get-dmarc-record.js').parseDmarcRecord,
  validateTerms: require('mailauth/lib/spf/syntax.js').validateTerms,
  version: require('mailauth/package.json').version,
};
