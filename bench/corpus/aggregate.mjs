const HEAD = `<?xml version="1.0" encoding="UTF-8"?>
<feedback>
  <version>1.0</version>
  <report_metadata>
    <org_name>Example Org</org_name>
    <email>noreply-dmarc@example.org</email>
    <extra_contact_info>https://example.org/dmarc</extra_contact_info>
    <report_id>12345678901234567890</report_id>
    <date_range>
      <begin>1709683200</begin>
      <end>1709769599</end>
    </date_range>
  </report_metadata>
  <policy_published>
    <domain>example.com</domain>
    <adkim>r</adkim>
    <aspf>r</aspf>
    <p>none</p>
    <sp>none</sp>
    <pct>100</pct>
  </policy_published>
`;

/** A record in the form that large receivers send: indented, one DKIM and one SPF result. */
function record(i) {
  const dkim = i % 3 === 0 ? 'fail' : 'pass';
  const spf = i % 2 === 0 ? 'fail' : 'pass';
  return `  <record>
    <row>
      <source_ip>${10 + (i >> 16)}.${(i >> 8) & 255}.${i & 255}.${(i * 7) & 255}</source_ip>
      <count>${(i % 97) + 1}</count>
      <policy_evaluated>
        <disposition>none</disposition>
        <dkim>${dkim}</dkim>
        <spf>${spf}</spf>
      </policy_evaluated>
    </row>
    <identifiers>
      <envelope_to>example.net</envelope_to>
      <envelope_from>bounce${i % 50}.example.com</envelope_from>
      <header_from>example.com</header_from>
    </identifiers>
    <auth_results>
      <dkim>
        <domain>example.com</domain>
        <selector>s${i % 5}</selector>
        <result>${dkim}</result>
      </dkim>
      <spf>
        <domain>bounce${i % 50}.example.com</domain>
        <scope>mfrom</scope>
        <result>${spf}</result>
      </spf>
    </auth_results>
  </record>
`;
}

/** An aggregate report of at least so many octets, in pieces of about 64 KiB as a file or a socket gives them. */
export function* aggregateReport(octets) {
  let piece = HEAD;
  let length = 0;
  for (let i = 0; length + piece.length < octets; i++) {
    piece += record(i);
    if (piece.length < 65_536) continue;
    length += piece.length;
    yield Buffer.from(piece);
    piece = '';
  }
  yield Buffer.from(`${piece}</feedback>\n`);
}
