// SPDX-License-Identifier: Apache-2.0
//
// Connections whose first bytes come one by one.
import { afterEach, expect, test } from '@jest/globals';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { dispatchByFirstBytes } from './shared-port.ts';

let server: Server | undefined;
const clients: Socket[] = [];

afterEach(async () => {
  clients.splice(0).forEach((client) => client.destroy());
  await new Promise((resolve) => server?.close(resolve));
});

/** A server that says which protocol a connection was taken for, and repeats what it was sent. */
async function listen(): Promise<number> {
  const answer = (protocol: string) => (socket: Socket) => {
    socket.write(`${protocol}:`);
    socket.pipe(socket);
  };
  const listening = createServer((socket) =>
    dispatchByFirstBytes(socket, { http1: answer('http1'), http2: answer('http2') })
  );
  server = listening;
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
  return (listening.address() as AddressInfo).port;
}

async function open(port: number): Promise<Socket> {
  const client = connect(port, '127.0.0.1');
  clients.push(client);
  await new Promise((resolve) => client.once('connect', resolve));
  return client;
}

async function until(client: Socket, text: string): Promise<string> {
  let answer = '';
  for await (const chunk of client.iterator({ destroyOnReturn: false })) {
    answer += String(chunk);
    if (answer.includes(text)) {
      break;
    }
  }
  return answer;
}

test.each([
  ['http1', 'POST /v1/traces HTTP/1.1'],
  ['http2', 'PRI * HTTP/2.0'],
])('%s, a byte at a time', async (protocol, text) => {
  const client = await open(await listen());
  for (const byte of text) {
    client.write(byte);
    await wait(1);
  }
  expect(await until(client, text)).toBe(`${protocol}:${text}`);
});

test('a connection that has sent the first byte of either does not hold up the others', async () => {
  const port = await listen();
  (await open(port)).write('P');
  // It has arrived when a later one has been answered.
  for (let times = 0; times < 3; times += 1) {
    const other = await open(port);
    other.write('GET / HTTP/1.1');
    expect(await until(other, '1.1')).toBe('http1:GET / HTTP/1.1');
  }
});
