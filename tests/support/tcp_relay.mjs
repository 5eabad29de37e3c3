// tcp_relay.mjs PORT SOCKET: takes connections to the port of this network's loopback, and passes their bytes to the unix
// socket and back. Says "ready" once it listens.

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
