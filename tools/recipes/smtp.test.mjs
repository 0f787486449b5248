import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import nodemailer from 'nodemailer';
import { forged, freePort, recipe, sample, sampleZone, serveDns, start, withReject, zoneWith } from './support.mjs';

const cwd = recipe('smtp-receiver');
writeFileSync(join(cwd, 'rejecting.mjs'), withReject(readFileSync(join(cwd, 'receiver.mjs'), 'utf8')));

// The tests connect from loopback: it is one of the sender's servers here.
const here = { 'news.example.org': { TXT: ['v=spf1 ip4:127.0.0.1 -all'] } };
const zone = zoneWith('', here);
const attackers = {
  'attacker.example': { TXT: ['v=spf1 -all'] },
  'broken.example': { TXT: ['v=spf1 nonsense:x -all'] },
  'fine.example': { TXT: ['v=spf1 ip4:127.0.0.1 -all'] },
};

/** Runs the receiver; `work` gets a function that sends a message and says what came of it. */
async function withReceiver(dns, program, work) {
  const folder = mkdtempSync(join(tmpdir(), 'receiver-'));
  for (const name of ['inbox', 'junk']) mkdirSync(join(folder, name));
  const names = await serveDns(dns);
  const port = await freePort();
  const env = {
    PORT: String(port),
    DNS_SERVER: names.address,
    FOLDER: folder,
    HOST: 'mx.reader.example',
    DOMAIN: 'reader.example',
  };
  const stop = await start(process.execPath, [program], { port, cwd, env });
  const client = nodemailer.createTransport({
    host: '127.0.0.1',
    port,
    name: 'mx.example.org',
    ignoreTLS: true,
    pool: true,
  });
  const send = async (message, from = 'bounce@news.example.org', to = 'ann@reader.example') => {
    const reply = await client.sendMail({ raw: message, envelope: { from, to } }).then(
      ({ response }) => response,
      ({ response, message: text }) => response ?? text,
    );
    const stored = ['inbox', 'junk'].flatMap((name) =>
      readdirSync(join(folder, name)).map((file) => ({ folder: name, path: join(folder, name, file) })),
    );
    const texts = stored.map(({ folder: name, path }) => {
      const text = readFileSync(path, 'latin1');
      rmSync(path);
      return { folder: name, text };
    });
    return { reply, stored: texts };
  };
  try {
    await work(send);
  } finally {
    client.close();
    await stop();
    await names.close();
    rmSync(folder, { recursive: true });
  }
}

test('SMTP: the sample is accepted, with its results on top', async () => {
  await withReceiver(zone, 'receiver.mjs', async (send) => {
    const { reply, stored } = await send(sample);
    assert.match(reply, /^250 2\.6\.0 Accepted as /);
    assert.equal(stored.length, 1);
    assert.equal(stored[0].folder, 'inbox');
    const [top, ...rest] = stored[0].text.split(/\r\n(?![ \t])/);
    assert.match(top, /^Authentication-Results: mx\.reader\.example;\r\n spf=pass smtp\.mailfrom=news\.example\.org;/);
    assert.match(top, /dkim=pass header\.d=example\.org/);
    assert.match(top, /dmarc=pass header\.from=example\.org policy\.dmarc=reject$/);
    assert.match(rest[0], /^Received-SPF: pass \(.*client-ip=127\.0\.0\.1; envelope-from="bounce@news\.example\.org"/);
    assert.match(
      rest[1],
      /^Received: from mx\.example\.org \(\[127\.0\.0\.1\]\)\r\n by mx\.reader\.example id \S+;\r\n .* \+0000$/,
    );
    assert.match(rest[2], /^DKIM-Signature: /);
    // What was signed is what was stored.
    assert.ok(stored[0].text.endsWith(sample.toString('latin1').replace(/\r?\n/g, '\r\n').slice(-300)));
  });
});

test('SMTP: results that the sender forged in this name are removed, results of others are kept', async () => {
  await withReceiver(zone, 'receiver.mjs', async (send) => {
    const forgeries = [
      'Authentication-Results: mx.reader.example; dkim=pass header.d=bank.example',
      'Authentication-Results:\r\n\tMX.Reader.Example ; spf=pass smtp.mailfrom=bank.example',
      'authentication-results: (c) mx.reader.example; spf=pass smtp.mailfrom=bank.example',
      'Authentication-Results: "mx.reader.example"; spf=pass smtp.mailfrom=bank.example',
      'Authentication-Results: relay.example; spf=pass smtp.mailfrom=kept.example',
    ];
    const crlf = sample.toString('latin1').replace(/\r?\n/g, '\r\n');
    const { reply, stored } = await send(Buffer.from(`${forgeries.join('\r\n')}\r\n${crlf}`, 'latin1'));
    assert.match(reply, /^250 /);
    assert.doesNotMatch(stored[0].text, /bank\.example/);
    assert.match(stored[0].text, /Authentication-Results: relay\.example; spf=pass smtp\.mailfrom=kept\.example\r\n/);
    assert.match(stored[0].text, /^Authentication-Results: mx\.reader\.example;/);
    assert.match(stored[0].text, /dmarc=pass/);
  });
});

test('SMTP: a forgery under p=reject goes to junk, since the recipe knows no more than the policy (RFC 9989 §7.4)', async () => {
  await withReceiver({ ...zone, ...attackers }, 'receiver.mjs', async (send) => {
    const { reply, stored } = await send(forged, 'x@attacker.example');
    assert.match(reply, /^250 /);
    assert.equal(stored.length, 1);
    assert.equal(stored[0].folder, 'junk');
    assert.match(stored[0].text, /dmarc=fail/);
    assert.match(stored[0].text, /\r\nReceived-SPF: fail /);
  });
});

test('SMTP: reply codes of RFC 7372 when shouldReject agrees', async () => {
  await withReceiver({ ...zone, ...attackers }, 'rejecting.mjs', async (send) => {
    for (const [message, from, expected] of [
      [
        forged,
        'x@attacker.example',
        '550 5.7.26 Multiple authentication checks failed; see the DMARC policy of example.org',
      ],
      [
        forged,
        'x@broken.example',
        '550 5.7.26 Multiple authentication checks failed; see the DMARC policy of example.org',
      ],
      [forged, 'x@fine.example', '550 5.7.20 No passing DKIM signature; see the DMARC policy of example.org'],
    ]) {
      const { reply, stored } = await send(message, from);
      assert.ok(reply.includes(expected), reply);
      assert.equal(stored.length, 0);
    }
    const { reply } = await send(sample);
    assert.match(reply, /^250 /);
    assert.match((await send(sample, '', 'ann@elsewhere.example')).reply, /550 5\.7\.1 No relaying/);
  });
});

test('SMTP: p=none changes nothing, whatever shouldReject says and DNS does', async () => {
  const none = 'v=DMARC1; p=none';
  await withReceiver({ ...zoneWith(none, here), ...attackers }, 'rejecting.mjs', async (send) => {
    const { reply, stored } = await send(forged, 'x@attacker.example');
    assert.match(reply, /^250 /);
    assert.equal(stored[0].folder, 'inbox');
  });
  const failing = { 'news.example.org': { TXT: { failure: 'servfail' } } };
  await withReceiver(zoneWith(none, failing), 'rejecting.mjs', async (send) => {
    const { reply, stored } = await send(forged);
    assert.match(reply, /^250 /);
    assert.match(stored[0].text, /dmarc=temperror/);
  });
});

for (const [what, more, expected] of [
  ['SPF', { 'news.example.org': { TXT: { failure: 'servfail' } } }, /451 4\.7\.24 SPF validation error/],
  [
    'a DKIM key',
    {
      'news.example.org': { TXT: ['v=spf1 -all'] },
      'nov2026._domainkey.example.org': { TXT: { failure: 'servfail' } },
    },
    /451 4\.7\.5 DKIM key server unavailable/,
  ],
  [
    'the DMARC record',
    { '_dmarc.example.org': { TXT: { failure: 'servfail' } } },
    /451 4\.4\.3 DMARC record unavailable/,
  ],
]) {
  test(`SMTP: when DNS fails for ${what}, the sender is told to try again`, async () => {
    await withReceiver(zoneWith('', { ...here, ...more }), 'rejecting.mjs', async (send) => {
      const { reply, stored } = await send(forged);
      assert.match(reply, expected);
      assert.equal(stored.length, 0);
    });
  });
}

test('SMTP: two messages of one connection are both kept', async () => {
  await withReceiver(zone, 'receiver.mjs', async (send) => {
    const [first, second] = [await send(sample), await send(sample)];
    assert.notEqual(first.reply, second.reply);
    assert.deepEqual([first.stored.length, second.stored.length], [1, 1]);
  });
});

test('SMTP: a message over the limit is refused, and not kept', async () => {
  await withReceiver(zone, 'receiver.mjs', async (send) => {
    const { reply, stored } = await send(Buffer.concat([sample, Buffer.alloc(31_000_000, 'long line\r\n')]));
    assert.match(reply, /552 /);
    assert.equal(stored.length, 0);
  });
});

test('SMTP: the null reverse path is judged by HELO', async () => {
  const names = { 'mx.example.org': { A: ['127.0.0.1'], TXT: ['v=spf1 a -all'] } };
  await withReceiver({ ...sampleZone, ...names }, 'receiver.mjs', async (send) => {
    const { reply, stored } = await send(forged, '');
    assert.match(reply, /^250 /);
    assert.match(stored[0].text, /dmarc=pass/);
    assert.match(stored[0].text, /\r\nReceived-SPF: pass /);
  });
});
