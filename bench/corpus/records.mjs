/** Records and fields as domains publish and programs write them; DKIM's come from the messages. */
export const records = {
  dmarc: [
    'v=DMARC1; p=reject; rua=mailto:dmarc@example.com',
    'v=DMARC1; p=quarantine; sp=none; adkim=s; aspf=r; rua=mailto:agg@example.com,mailto:x@vendor.example; ruf=mailto:f@example.com; fo=1',
    'v=DMARC1;p=none;rua=mailto:a@b.example;',
  ],
  spf: [
    'v=spf1 ip4:192.0.2.0/24 -all',
    'v=spf1 include:_spf.example.com include:spf.protection.example.net ip4:198.51.100.7 a mx ~all',
    'v=spf1 ip4:198.51.100.0/24 ip4:203.0.113.64/26 ip6:2001:db8:4::/48 include:spf.crm.example -all',
  ],
  authenticationResults: [
    'mx.example.org; spf=pass smtp.mailfrom=example.com; dkim=pass header.d=example.com header.s=sel1 header.b=AbCdEfGh; dmarc=pass header.from=example.com',
    'mx.example.org;\r\n dkim=fail (body hash did not verify) header.d=news.example.com header.i=@news.example.com;\r\n spf=softfail (no match) smtp.mailfrom=bounce.example.com;\r\n dmarc=fail (p=reject) header.from=example.com',
  ],
};
