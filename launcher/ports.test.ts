import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { expect, test } from 'vitest';
import { problemsWithPorts } from './ports.ts';

test('a taken port is named with the setting that moves it', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const problems = await problemsWithPorts([{ port, setting: 'DEEPXRAY_HTTP_PORT', by: 'gateway' }]);
  expect(problems).toEqual([`port ${port} for gateway is taken: set DEEPXRAY_HTTP_PORT to another`]);
  server.close();
});

test('two uses of one port, and a port that does not exist, are told before anything starts', async () => {
  const problems = await problemsWithPorts([
    { port: 23_456, setting: 'DEEPXRAY_GRPC_PORT', by: 'orchestrator' },
    { port: 23_456, setting: 'DEEPXRAY_ADMIN_PORT', by: 'gateway' },
    { port: 65_536, setting: 'DEEPXRAY_HTTP_PORT', by: 'gateway' },
  ]);
  expect(problems).toHaveLength(2);
  expect(problems[0]).toContain("is orchestrator's already (DEEPXRAY_GRPC_PORT)");
  expect(problems[1]).toContain('65536');
});
