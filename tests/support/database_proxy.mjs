// A proxy between a program and the database's socket. It can change, drop or delay what passes.
//
//   const proxy = await startDatabaseProxy(database.socket, join(folder, 'm.sock'), {
//     toServer: (bytes, cut, late) => bytes,         // gives what is passed on; a message of the client is one piece
//     toClient: (bytes, cut) => undefined,           // undefined: nothing is passed on
//   });                                             // cut() ends the connection, late(bytes) passes them on later
//   const host = await startService(database.settings, { within: proxy.within });        // its workers use the proxy
//   await proxy.stop();
//
// Either end may be TCP. The target is then a port of 127.0.0.1, the path { host: '127.0.0.1', port: 0 }; proxy.port is
// the port that it got.
//
// The proxy runs in the process of the test. It cannot be used while the test blocks its thread, for example in
// spawnSync.

import net from 'node:net';

const passOn = (bytes) => bytes;

export async function startDatabaseProxy(target, path, { toServer = passOn, toClient = passOn }) {
  const server = net.createServer((client) => {
    const upstream = net.connect(target);
    const cut = () => {
      client.destroy();
      upstream.destroy();
    };
    const pass = (from, to, meddle) =>
      from.on('data', (bytes) => {
        const passed = meddle(bytes, cut, (late) => to.write(late));
        if (passed !== undefined) to.write(passed);
      });
    pass(client, upstream, toServer);
    pass(upstream, client, toClient);
    for (const end of [client, upstream]) end.on('error', cut).on('close', cut);
  });
  await new Promise((resolve) => server.listen(path, resolve));
  const { port } = server.address();
  return { path, port, within: ['env', `CLAVIGER_DATABASE_SOCKET=${path}`], stop: () => new Promise((resolve) => server.close(resolve)) };
}
