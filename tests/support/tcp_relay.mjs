// tcp_relay.mjs PORT SOCKET: accepts connections to the port on the loopback of this network. It passes their bytes to
// the unix socket and back. It prints "ready" once it listens.

import net from 'node:net';

const [port, target] = process.argv.slice(2);

net
  .createServer((client) => {
    const upstream = net.connect(target);
    client.pipe(upstream);
    upstream.pipe(client);
    for (const [end, other] of [[client, upstream], [upstream, client]]) end.on('error', () => other.destroy());
  })
  .listen(Number(port), '127.0.0.1', () => console.log('ready'));
