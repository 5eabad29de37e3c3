// Stands between a program and the database's socket, and meddles with what goes by.
//
//   const proxy = await startDatabaseProxy(database.socket, join(folder, 'm.sock'), {
//     toServer: (bytes, cut, late) => bytes,         // what is passed on; a message of the client is one piece
//     toClient: (bytes, cut) => undefined,           // nothing is; cut() ends the connection, late(bytes) passes them on later
//   });
//   const host = await startService(database.settings, { within: proxy.within });        // its workers go through it
//   await proxy.stop();
//
// Either end may be TCP: the target a port of 127.0.0.1, the path { host: '127.0.0.1', port: 0 }; proxy.port is the one it got.
//
// It is part of the test's own process, so whoever waits for a program without letting go of the thread must not use it.

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
