// An application behind a guard. It answers each request, reads each body and accepts each WebSocket handshake.

import { createHash } from 'node:crypto';
import http from 'node:http';
import net from 'node:net';

export const behindTheDoor = 'behind the door';

// Gives { port, stop() }. Each answer is 200 with `behindTheDoor`, the length of the body, and the X-Claviger-…
// headers. As with CGI and its successors, "_" in a header's name is the same as "-".
export async function startApplication() {
  const server = http.createServer(answer);
  server.on('upgrade', accept);
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { port: server.address().port, stop: () => (server.closeAllConnections(), new Promise((resolve) => server.close(resolve))) };
}

function answer(request, response) {
  let length = 0;
  request.on('data', (chunk) => (length += chunk.length));
  request.on('end', () => {
    const sent = Object.entries(request.headers);
    const of = (wanted) => sent.filter(([name]) => name.replaceAll('_', '-') === `x-claviger-${wanted}`).map(([, value]) => value).join() || '-';
    response.end(`${behindTheDoor} ${length} ${of('tenant')} ${of('user')} ${of('key-id')}`);
  });
}

function accept(request, socket) {
  const key = createHash('sha1').update(`${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
  socket.end(`HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${key}\r\n\r\n`);
}

// Gives the status of a WebSocket handshake.
export function handshake(port, headers) {
  return new Promise((resolve, reject) => {
    const socket = net.connect(port, '127.0.0.1');
    const lines = Object.entries({ Host: 'localhost', Upgrade: 'websocket', Connection: 'Upgrade', 'Sec-WebSocket-Version': 13, 'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==', ...headers });
    socket.write(`GET /reports/live HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`);
    socket.once('data', (bytes) => (resolve(Number(bytes.toString().split(' ')[1])), socket.destroy()));
    socket.on('error', reject);
  });
}
