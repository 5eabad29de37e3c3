// html-validate finds no error on any page, as the server sends it.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { HtmlValidate } from 'html-validate';

import { hiddenField } from '../support/http.mjs';
import { startService } from '../support/service.mjs';
import { suspend } from './support/suspend.mjs';

const validator = new HtmlValidate({
  root: true,
  extends: ['html-validate:recommended', 'html-validate:document'],
  rules: {
    'no-trailing-whitespace': 'off', // a hidden section leaves its indentation
    'long-title': 'off', // the title has the name of the tenant, of any length
    'require-sri': ['error', { target: 'crossorigin' }], // the pages load nothing from other origins
    'no-redundant-role': 'off', // rows that show as cards need their roles for screen readers
    'prefer-native-element': ['error', { exclude: ['table', 'row', 'rowgroup', 'cell', 'rowheader', 'columnheader', 'alertdialog'] }],
  },
});

const settings = '/settings/api-keys';

describe('the HTML of every page is valid', () => {
  let service, tenant, user;

  before(async () => {
    service = await startService();
    tenant = service.tenant('Tom & Jerry <b>');
    user = service.user(tenant);
  });
  after(() => service.stop());

  async function assertValid(answer, status) {
    assert.equal(answer.status, status);
    assert.match(answer.headers['content-type'], /^text\/html; ?charset=utf-8$/i);
    const report = await validator.validateString(answer.body);
    const found = report.results.flatMap(({ messages, source }) => messages.map(({ ruleId, message, line }) => `${ruleId}: ${message}: ${source.split('\n')[line - 1].trim()}`));
    assert.deepEqual(found, []);
  }

  test('sign-in, refused sign-in, too many attempts', async () => {
    const visitor = service.visitor(tenant);
    await assertValid(await visitor.get('/login?callbackUrl=%2Fsettings%2Fapi-keys%3Fq%3D%22%3E'), 200);
    const wrong = { email: '"><b>@x.example', password: 'wrong' };
    await assertValid(await visitor.signIn(wrong), 401);
    let last;
    for (let i = 0; i < 10; i++) last = await visitor.signIn(wrong);
    await assertValid(last, 429);
  });

  test('keys: none, many, searched, no match', async () => {
    const visitor = await service.signedIn(tenant, user);
    await assertValid(await visitor.get(settings), 200);
    const names = ['<script>', '{{NAME}}', '"quotes"', "O'Neil", 'abc\u202etxt', 'مفتاح', '🔑'.repeat(100), '&amp;', 'plain'];
    for (const name of names) await visitor.createKey(name);
    await service.verify(tenant, (await visitor.createKey('Used')).fullKey);
    for (const query of ['', '?q=a', '?q=%22%3E%3Cscript%3E', '?q=nothing']) await assertValid(await visitor.get(settings + query), 200);
  });

  test('new, faulty, shown, shown already; confirmation, regenerated', async () => {
    const visitor = await service.signedIn(tenant, service.user(tenant));
    const form = await visitor.get(`${settings}/new`);
    await assertValid(form, 200);
    const fields = { csrf: hiddenField(form.body, 'csrf'), once: hiddenField(form.body, 'once') };
    await assertValid(await visitor.postForm(settings, { ...fields, name: '' }), 400);
    await assertValid(await visitor.postForm(settings, { ...fields, name: '"><script>' }), 200);
    await assertValid(await visitor.postForm(settings, { ...fields, name: '"><script>' }), 409);
    const { keys: [{ id }] } = (await visitor.get('/api/api-keys')).json();
    const question = await visitor.get(`${settings}/${id}/regenerate`);
    await assertValid(question, 200);
    const once = hiddenField(question.body, 'once');
    await assertValid(await visitor.postForm(`${settings}/${id}/regenerate`, { csrf: fields.csrf, once }), 200);
    await assertValid(await visitor.postForm(`${settings}/${id}/regenerate`, { csrf: fields.csrf, once }), 409);
  });

  test('errors: of the workers and of nginx itself', async () => {
    const visitor = await service.signedIn(tenant, user);
    await assertValid(await visitor.get('/settings/nowhere'), 404);
    await assertValid(await visitor.get(`${settings}/no-key/regenerate`), 404);
    await assertValid(await visitor.request('DELETE', settings), 405);
    await assertValid(await visitor.postForm(settings, { name: 'without a token' }), 403);
    await assertValid(await visitor.get(`/${'x'.repeat(20_000)}`), 414);
    await assertValid(await visitor.get('/static/nowhere.css'), 404);
    const suspended = service.tenant();
    suspend(suspended);
    await assertValid(await service.visitor(suspended).get('/login'), 403);
    await service.stopWorkers();
    await assertValid(await visitor.get(settings), 502);
    await service.startWorkers();
  });
});
