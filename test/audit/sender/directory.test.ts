import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { auditSender } from '../../../src/audit/sender/audit-sender.ts';
import { senderDirectory } from '../../../src/audit/sender/directory.ts';
import { probedSelectors } from '../../../src/audit/sender/selectors.ts';
import type { SenderEntry } from '../../../src/audit/sender/sender.ts';
import { domainName } from '../../../src/names/domain-name.ts';
import { memoryResolver } from '../../../src/resolvers/memory.ts';

const document = readFileSync(new URL('../../../docs/senders.md', import.meta.url), 'utf8');
const code = (text: string) => `\`${text}\``;

function row({ id, name, envelope, spf, dkim = [], variables = {}, checked, verified, source }: SenderEntry): string {
  const mailFrom = [envelope?.domain ?? '', envelope?.cname, ...(envelope?.mx ?? [])].filter(
    (text) => text !== undefined,
  );
  const keys = dkim.map(({ selector, domain, cname }) =>
    [domain === undefined ? selector : `${selector}._domainkey.${domain}`, ...(cname === undefined ? [] : [cname])]
      .map(code)
      .join(' → '),
  );
  const cells = [
    `[${name}](${source})<br>${code(id)}`,
    mailFrom.map(code).join(' → '),
    (spf?.terms ?? []).map(code).join(' '),
    keys.join('<br>'),
    Object.entries(variables)
      .map(([variable, value]) => code(`${variable}: ${value}`))
      .join('<br>'),
    `${checked}${verified ? '' : ' *'}`,
  ];
  return `| ${cells.join(' | ')} |`;
}

describe('the directory of senders', () => {
  test('has every sender once, in order', () => {
    const ids = senderDirectory.map(({ id }) => id);
    expect(ids).toEqual([...new Set(ids)].sort());
    expect(ids.length).toBeGreaterThanOrEqual(12);
  });

  test('is the table of docs/senders.md', () => {
    const table = document.split('\n').filter((line) => line.startsWith('| ['));
    expect(table).toEqual(senderDirectory.map(row));
  });

  test.each(senderDirectory)('$id has a source, a date and hosts', ({ source, checked, hosts, includes = [] }) => {
    expect(new URL(source).protocol).toBe('https:');
    expect(new Date(checked).toISOString().slice(0, 10)).toBe(checked);
    for (const host of [...hosts, ...includes]) expect(domainName(host)).toBe(host);
  });

  test.each(senderDirectory)('$id says what a customer lacks', async (entry) => {
    const patterns = JSON.stringify([entry.envelope, entry.spf, entry.dkim]);
    const names = [...patterns.matchAll(/\{([a-z\d]+)\}/g)].map((match) => match[1]!);
    const asked = names.filter((name) => !['domain', 'dashed', ...Object.keys(entry.variables ?? {})].includes(name));
    const variables = Object.fromEntries(asked.map((name) => [name, `${name}.example`]));
    const env = { resolver: memoryResolver({}) };
    const whole = await auditSender({ domain: 'example.com', sender: entry.id, variables }, env);
    expect(whole.sender).toEqual({ id: entry.id, name: entry.name });
    expect(whole.diagnostics.map(({ code }) => code)).not.toContain('sender.variable-missing');
    expect(whole.diagnostics.map(({ code }) => code)).not.toContain('sender.never-aligned');
    expect(whole.changes.length).toBeGreaterThan(0);
    const bare = await auditSender({ domain: 'example.com', sender: entry.id }, env);
    const missing = bare.diagnostics.filter(({ code }) => code === 'sender.variable-missing');
    expect(missing.map(({ params }) => params.variable).sort()).toEqual([...new Set(asked)].sort());
  });
});

describe('the selectors to probe', () => {
  const selectors = probedSelectors.map(({ selector }) => selector);

  test('are about forty, each once', () => {
    expect(selectors.filter((selector, i) => selectors.indexOf(selector) !== i)).toEqual([]);
    expect(selectors.length).toBeGreaterThanOrEqual(35);
    expect(selectors.length).toBeLessThanOrEqual(45);
  });

  test('are of senders in the directory, and hold every selector there that is the same for all', () => {
    const ids = senderDirectory.map(({ id }) => id);
    for (const { senders } of probedSelectors) expect(ids).toEqual(expect.arrayContaining([...senders]));
    for (const { id, dkim = [], variables = {} } of senderDirectory) {
      for (const { selector, domain = '{domain}' } of dkim) {
        const name = selector === '{selector}' ? (variables.selector ?? selector) : selector;
        if (name.includes('{') || domain !== '{domain}') continue;
        expect(probedSelectors.find((probed) => probed.selector === name)?.senders, name).toContain(id);
      }
    }
  });
});
