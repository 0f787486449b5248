import { auditExamples } from './audit.ts';
import type { FindingExample } from './base.ts';
import { bimiExamples } from './bimi.ts';
import { dkimExamples } from './dkim.ts';
import { dmarcExamples } from './dmarc.ts';
import { mtaStsExamples } from './mta-sts.ts';
import { mxExamples } from './mx.ts';
import { rolloutExamples, rotationExamples } from './plan.ts';
import { senderExamples } from './sender.ts';
import { spfExamples } from './spf.ts';
import { tlsRptExamples } from './tls-rpt.ts';

/** Every example, by the part of the audit that it is about. */
export const examples: readonly { title: string; list: readonly FindingExample[] }[] = [
  { title: 'The domain as a whole', list: auditExamples },
  { title: 'DMARC', list: dmarcExamples },
  { title: 'SPF', list: spfExamples },
  { title: 'DKIM', list: dkimExamples },
  { title: 'MX', list: mxExamples },
  { title: 'MTA-STS', list: mtaStsExamples },
  { title: 'TLS-RPT', list: tlsRptExamples },
  { title: 'BIMI', list: bimiExamples },
  { title: 'Senders on behalf of the domain', list: senderExamples },
  { title: 'A change of DKIM keys', list: rotationExamples },
  { title: 'A stricter DMARC policy', list: rolloutExamples },
];
