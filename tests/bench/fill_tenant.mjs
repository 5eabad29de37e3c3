// A thread that fills tenants with keys. For each message { slug, host } it fills that tenant and posts an even
// selection of its keys.

import { parentPort, workerData } from 'node:worker_threads';

import { Seeder } from './seed.mjs';

const { socket, pepperFile, keysEach, asked } = workerData;
const people = Math.ceil(keysEach / 100);

parentPort.on('message', (tenant) => {
  const seeder = new Seeder({ socket, pepperFile, tenant });
  const made = seeder.people('many', people, Math.ceil(keysEach / people)).flatMap(({ keys }) => keys);
  // They are taken evenly from all keys, so that they lie on as many pages as possible.
  parentPort.postMessage(Array.from({ length: asked }, (_, i) => made[Math.floor((i * made.length) / asked)]));
});
