// A relay between a program and the database over TCP. It records all bytes that it can read.
//
//   const relay = await startRecorder(database.port);    // the program's database.port is relay.port
//   relay.forget();
//   relay.fromClient();                                  // all bytes from clients since then, as one Buffer
//   relay.all();                                         // both directions
//   relay.denyTls(true);                                 // from now on the server seems to have no TLS
//   await relay.stop();

import { startDatabaseProxy } from './database_proxy.mjs';

const tlsBit = 0x08; // of the second byte of the greeting's capabilities: CLIENT_SSL

export async function startRecorder(target) {
  const relay = new Recorder();
  const meddle = { toServer: (bytes) => relay.keep(relay.sent, bytes), toClient: (bytes) => relay.keep(relay.received, relay.denied(bytes)) };
  const { port, stop } = await startDatabaseProxy(target, { host: '127.0.0.1', port: 0 }, meddle);
  return Object.assign(relay, { port, stop });
}

class Recorder {
  sent = [];
  received = [];
  denies = false;

  keep(kept, bytes) {
    kept.push(bytes);
    return bytes;
  }

  forget() {
    this.sent.length = 0;
    this.received.length = 0;
  }

  fromClient() {
    return Buffer.concat(this.sent);
  }

  all() {
    return Buffer.concat([...this.sent, ...this.received]);
  }

  denyTls(denies) {
    this.denies = denies;
  }

  // A greeting is the first packet (number 0) of protocol 10. Its parts are version, NUL, 4 bytes, 8 of the scramble,
  // NUL, capabilities.
  denied(bytes) {
    if (!this.denies || bytes[3] !== 0 || bytes[4] !== 10) return bytes;
    const changed = Buffer.from(bytes);
    changed[bytes.indexOf(0, 5) + 1 + 4 + 8 + 1 + 1] &= ~tlsBit;
    return changed;
  }
}
