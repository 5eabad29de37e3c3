// A FastCGI responder in the place of the workers. It records each request, to see what nginx sends to them.

import net from 'node:net';

const type = { begin: 1, end: 3, params: 4, stdin: 5, stdout: 6 };

// Listens on the unix socket. `answer({ params, body })` returns the CGI text to answer with
// ("Status: …\r\n…\r\n\r\nbody"), or undefined to never answer. Params are [name, value] pairs, repeated ones included.
export async function startPeer(socketPath, answer) {
  const requests = [];
  const connections = new Set();
  const server = net.createServer((connection) => {
    connections.add(connection);
    connection.on('close', () => connections.delete(connection));
    connection.on('error', () => {});
    readRecords(connection, (id, request, keep) => {
      requests.push(request);
      const text = answer(request);
      if (text === undefined) return;
      connection.write(Buffer.concat([record(type.stdout, id, Buffer.from(text)), record(type.stdout, id), record(type.end, id, Buffer.alloc(8))]));
      if (!keep) connection.end();
    });
  });
  await new Promise((resolve) => server.listen(socketPath, resolve));
  return {
    requests,
    stop: () => {
      for (const connection of connections) connection.destroy();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}

function readRecords(connection, handle) {
  let pending = Buffer.alloc(0);
  let params = [];
  let body = [];
  let keep = false;
  connection.on('data', (chunk) => {
    pending = Buffer.concat([pending, chunk]);
    while (pending.length >= 8) {
      const length = pending.readUInt16BE(4);
      const whole = 8 + length + pending[6];
      if (pending.length < whole) return;
      const content = pending.subarray(8, 8 + length);
      if (pending[1] === type.begin) keep = (content[2] & 1) === 1;
      if (pending[1] === type.params) params.push(content);
      if (pending[1] === type.stdin && length > 0) body.push(content);
      if (pending[1] === type.stdin && length === 0) {
        const request = { params: pairsOf(Buffer.concat(params)), body: Buffer.concat(body).toString(), keep };
        params = [];
        body = [];
        handle(pending.readUInt16BE(2), request, keep);
      }
      pending = pending.subarray(whole);
    }
  });
}

function pairsOf(bytes) {
  let at = 0;
  const length = () => {
    if (bytes[at] < 128) return bytes[at++];
    at += 4;
    return bytes.readUInt32BE(at - 4) & 0x7fffffff;
  };
  const text = (size) => bytes.subarray(at, (at += size)).toString();
  const pairs = [];
  while (at < bytes.length) {
    const [nameSize, valueSize] = [length(), length()];
    pairs.push([text(nameSize), text(valueSize)]);
  }
  return pairs;
}

function record(kind, id, content = Buffer.alloc(0)) {
  const header = Buffer.from([1, kind, id >> 8, id & 255, content.length >> 8, content.length & 255, 0, 0]);
  return Buffer.concat([header, content]);
}
