import { describe, expect, test } from 'vitest';
import { nodeResolver } from '../../src/resolvers/node.ts';
import { serveDns } from '../support/dns-server.ts';
import { describeResolver } from './contract.ts';

describeResolver('nodeResolver', async (zone) => {
  const server = await serveDns(zone);
  return { resolver: nodeResolver({ servers: [server.address], timeoutMs: 100 }), close: server.close };
});

describe('nodeResolver', () => {
  test('a server that cannot be reached is a failure', async () => {
    const { address, close } = await serveDns({});
    await close();
    const answer = await nodeResolver({ servers: [address], timeoutMs: 100 }).query('example.com', 'TXT');
    expect(answer).toMatchObject({ status: 'failure', name: 'example.com', type: 'TXT' });
  });

  test('a wrong server is a wrong argument', () => {
    expect(() => nodeResolver({ servers: ['not an address'] })).toThrow(TypeError);
  });
});
