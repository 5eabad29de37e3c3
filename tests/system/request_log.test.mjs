// The lines of the workers' log about requests.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { until } from '../support/processes.mjs';
import { startService } from '../support/service.mjs';

let service;
let tenant;
let key;

before(async () => {
  service = await startService();
  tenant = service.tenant();
  key = await (await service.signedIn(tenant, service.user(tenant))).createKey('Logged');
});

after(() => service?.stop());

const linesOf = (answer) => service.log('claviger-fcgi.log').split('\n').filter((line) => line.includes(answer.headers['x-request-id']));

test('tells of a refused verify and of every other request, but of no verify that went well', async () => {
  const well = await service.verify(tenant, key.fullKey);
  const refused = await service.verify(tenant, 'nonsense');
  const me = await service.request({ host: tenant.host, path: '/v1/me', headers: { Authorization: `Bearer ${key.fullKey}` } });
  assert.deepEqual([well.status, refused.status, me.status], [204, 401, 200]);
  await until('both to be in the log', () => linesOf(refused).length === 1 && linesOf(me).length === 1);
  assert.deepEqual(linesOf(well), []);
});
