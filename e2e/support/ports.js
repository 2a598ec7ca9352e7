//! Ports nobody uses at the moment.

import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';

/** Free over UDP and over TCP. */
export async function freePort() {
  for (;;) {
    const socket = createSocket('udp4');
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    const { port } = socket.address();
    const isFree = await isFreeOverTcp(port);
    socket.close();
    if (isFree) return port;
  }
}

/**
 * @param {number} port
 * @returns {Promise<boolean>}
 */
function isFreeOverTcp(port) {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
