// A thread that fills tenants with keys: told { slug, host }, it says the first of the keys that it has made.

import { parentPort, workerData } from 'node:worker_threads';

import { Seeder } from './seed.mjs';

const { socket, pepperFile, keysEach, asked } = workerData;
const people = Math.ceil(keysEach / 100);

parentPort.on('message', (tenant) => {
  const seeder = new Seeder({ socket, pepperFile, tenant });
  const made = seeder.people('many', people, Math.ceil(keysEach / people)).flatMap(({ keys }) => keys);
  // Evenly from all, so that they lie on as many pages as can be.
  parentPort.postMessage(Array.from({ length: asked }, (_, i) => made[Math.floor((i * made.length) / asked)]));
});
