// TLS to the database: a relay in between reads nothing. A server with the wrong certificate gets nothing.

import assert from 'node:assert/strict';
import { chmodSync, copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { makeAuthority, makeCertificate } from '../support/certificates.mjs';
import { freePort } from '../support/http.mjs';
import { until } from '../support/processes.mjs';
import { startRecorder } from '../support/recording_relay.mjs';
import { startService } from '../support/service.mjs';
import { startTool } from '../support/tool.mjs';

let tool;
let relay;
let ca;
let right;

before(async () => {
  const port = await freePort();
  tool = await startTool('--skip-networking=0', '--bind-address=127.0.0.1', `--port=${port}`, '--skip-name-resolve=0', '--general-log', '--general-log-file=statements.log');
  relay = await startRecorder(port);
  const folder = tool.database.folder;
  ca = makeAuthority(folder, 'ca');
  right = makeCertificate(folder, 'right', { ca, names: 'DNS:localhost,IP:127.0.0.1' });
  assert.equal(tool.run('migrate').status, 0); // over the socket
  await serve(right);
});
after(async () => {
  await relay?.stop();
  await tool?.stop();
});

// Restarts the database with this certificate.
async function serve({ certificate, key }, ...more) {
  const at = (name) => join(tool.database.folder, name);
  copyFileSync(certificate, at('db.pem'));
  copyFileSync(key, at('db.key'));
  await tool.database.shutDown();
  tool.database.options = [...tool.database.options.filter((option) => !option.startsWith('--ssl')), `--ssl-cert=${at('db.pem')}`, `--ssl-key=${at('db.key')}`, ...more];
  await tool.database.start();
}

const overTcp = (settings = {}) => ({
  'database.socket': '', 'database.host': 'localhost', 'database.port': relay.port, 'database.tls_ca': ca.certificate, ...settings,
});

// Runs the tool through the relay, with these additional settings.
function runOverTcp(settings, ...args) {
  tool.configure(overTcp(settings));
  return tool.start({}, ...args);
}

// Returns the part of the server's log that is new since the last call. The log has each login and each statement.
let heardBefore = 0;
function heard() {
  const log = readFileSync(join(tool.database.folder, 'db/data/statements.log'), 'latin1');
  const since = log.slice(heardBefore);
  heardBefore = log.length;
  return since;
}

// Expects a refusal with this text before the server has heard of the account. So the server got neither password nor
// statement.
async function refused(settings, pattern) {
  heard();
  relay.forget();
  const { status, stdout, stderr } = await runOverTcp(settings, 'tenant', 'list');
  assert.equal(status, 1, stdout);
  assert.match(stderr, pattern);
  assert.ok(!heard().includes('claviger_tool'), 'the server was given a login');
  assert.ok(!relay.all().includes('claviger_tool'), 'the login crossed the network in plain text');
}

// Starts a service on the database of the tool. Its workers and its poller connect through the relay.
function serviceOverTcp(settings = {}) {
  const variables = Object.entries(overTcp(settings)).map(([name, value]) => `CLAVIGER_${name.replaceAll('.', '_').toUpperCase()}=${value}`);
  return startService(tool.database.settings, { within: ['env', ...variables] });
}

const readyz = async (service) => (await service.request({ path: '/readyz' })).status;

// Returns the bytes that pass the relay in a typical day of the service: a tenant, a user, a sign-in, a key, a verify.
// `canaries` is the text that a reader of the bytes would look for.
async function aDay(settings) {
  relay.forget();
  const slug = `c${settings['database.tls'] ?? 'required'}`;
  const made = await runOverTcp(settings, 'tenant', 'create', slug, '--host', `${slug}.localhost`, '--name', 'Canary Inc');
  assert.equal(made.status, 0, made.stderr);
  const service = await serviceOverTcp(settings);
  try {
    const tenant = { slug, host: `${slug}.localhost` };
    const user = service.user(tenant, { email: 'canary@example.org' });
    const visitor = await service.signedIn(tenant, user);
    const key = await visitor.createKey('Canary key');
    assert.equal((await service.verify(tenant, key.fullKey)).status, 204);
  } finally {
    await service.stop();
  }
  return relay.all();
}

const canaries = ['Canary', 'canary@example.org', Buffer.from('Canary').toString('hex'), 'SELECT', 'api_keys', 'claviger_tool', 'claviger_worker'];
const seenIn = (bytes) => canaries.filter((canary) => bytes.toString('latin1').toLowerCase().includes(canary.toLowerCase()));

test('a relay that records sees no statement, no row and no account', async () => {
  const bytes = await aDay({});
  assert.ok(bytes.length > 20_000, `only ${bytes.length} bytes went by`);
  assert.deepEqual(seenIn(bytes), []);
});

test('the same relay sees them where database.tls is off, and doctor warns', async () => {
  const seen = seenIn(await aDay({ 'database.tls': 'off' }));
  for (const canary of ['Canary', 'SELECT', 'api_keys', 'claviger_tool', 'claviger_worker']) assert.ok(seen.includes(canary), canary);
  const { stdout } = await runOverTcp({ 'database.tls': 'off' }, 'doctor');
  assert.match(stdout, /^warning +database_tls: database\.tls is off: .*plain text/m);
});

test('doctor shows protocol and cipher, and warns of a certificate that ends soon', async () => {
  const { stdout } = await runOverTcp({}, 'doctor');
  assert.match(stdout, /^warning +database_tls: TLSv1\.3 with TLS_\w+, and the server's certificate is right for 1 more days$/m);
  await serve(makeCertificate(tool.database.folder, 'long', { ca, names: 'DNS:localhost,IP:127.0.0.1', days: 90 }));
  assert.match((await runOverTcp({}, 'doctor')).stdout, /^ok +database_tls: TLSv1\.3 with TLS_\w+, .* for 89 more days$/m);
});

test('a server is known by its address as well', async () => {
  assert.equal((await runOverTcp({ 'database.host': '127.0.0.1' }, 'tenant', 'list')).status, 0);
});

test('localhost is reached over TCP, with TLS, and not by a unix socket', async () => {
  relay.forget();
  assert.equal((await runOverTcp({}, 'tenant', 'list')).status, 0);
  assert.ok(relay.fromClient().length > 0);
});

test('a server of another CA gets nothing', async () => {
  const other = makeAuthority(tool.database.folder, 'other');
  await refused({ 'database.tls_ca': other.certificate }, /the CA in .*other\.pem \(database\.tls_ca\) has not signed/);
});

test('without a CA of its own, those of the system decide', async () => {
  await refused({ 'database.tls_ca': '' }, /no CA of the system has signed .* database\.tls_ca/);
  // OpenSSL takes the CAs of the system from SSL_CERT_FILE.
  tool.configure(overTcp({ 'database.tls_ca': '' }));
  process.env.SSL_CERT_FILE = ca.certificate;
  const { status, stderr } = await tool.start({}, 'tenant', 'list').finally(() => delete process.env.SSL_CERT_FILE);
  assert.equal(status, 0, stderr);
});

test('a server of another name or address gets nothing', async () => {
  await serve(makeCertificate(tool.database.folder, 'wrong', { ca, names: 'DNS:db.example,IP:127.0.0.2' }));
  await refused({}, /certificate is not for "localhost"/);
  await refused({ 'database.host': '127.0.0.1' }, /certificate is not for "127\.0\.0\.1"/);
});

test('a certificate that has ended is refused', async () => {
  await serve(makeCertificate(tool.database.folder, 'old', { ca, names: 'DNS:localhost', days: -1 }));
  await refused({}, /certificate has expired; renew/);
});

test('a server that seems to have no TLS is sent not one byte', async () => {
  await serve(right);
  relay.denyTls(true);
  await refused({}, /set up TLS on the server, or set database\.tls = off/).finally(() => relay.denyTls(false));
  assert.equal(relay.fromClient().length, 0);
});

test('a refused certificate on the first node is no reason to write to the second', async () => {
  await serve(makeCertificate(tool.database.folder, 'wrong', { ca, names: 'DNS:localhost' }));
  const hosts = `127.0.0.1:${relay.port}, localhost:${relay.port}`;
  await refused({ 'database.host': hosts }, /not for "127\.0\.0\.1"/);
  await serve(right);
});

test('files that are missing, torn or half a pair are refused by name, before anything is sent', async () => {
  relay.forget();
  const torn = join(tool.database.folder, 'torn.pem');
  writeFileSync(torn, 'no certificate\n');
  for (const [settings, pattern] of [
    [{ 'database.tls_ca': '/nonexistent.pem' }, /database\.tls_ca: \/nonexistent\.pem cannot be read/],
    [{ 'database.tls_ca': torn }, /database\.tls_ca: .*torn\.pem holds no CERTIFICATE/],
    [{ 'database.tls_cert': right.certificate }, /database\.tls_cert and database\.tls_key belong together/],
    [{ 'database.tls_key': right.key }, /belong together/],
    [{ 'database.tls_cert': right.certificate, 'database.tls_key': right.certificate }, /database\.tls_key: .* holds no PRIVATE KEY/],
  ]) {
    const { status, stderr } = await runOverTcp(settings, 'tenant', 'list');
    assert.equal(status, 1);
    assert.match(stderr, pattern);
  }
  assert.equal(relay.fromClient().length, 0);
});

test('doctor finds a certificate that is gone and a key that everybody may use', async () => {
  chmodSync(right.key, 0o644);
  const { status, stdout } = await runOverTcp({ 'database.tls_ca': '/nonexistent.pem', 'database.tls_cert': right.certificate, 'database.tls_key': right.key }, 'doctor');
  chmodSync(right.key, 0o600);
  assert.equal(status, 1);
  assert.match(stdout, /^serious +database_tls_ca: database\.tls_ca: \/nonexistent\.pem cannot be read/m);
  assert.match(stdout, /^serious +database_tls_key: .*everybody may use/m);
  assert.match(stdout, /^ok +database_tls_cert: /m);
});

test('a server that wants a certificate of its clients gets it', async () => {
  tool.database.sql("ALTER USER claviger_tool@localhost REQUIRE X509");
  try {
    const client = makeCertificate(tool.database.folder, 'client', { ca, names: 'DNS:client' });
    await serve(right, `--ssl-ca=${ca.certificate}`);
    const { status, stderr } = await runOverTcp({}, 'tenant', 'list');
    assert.equal(status, 1);
    assert.match(stderr, /error 1045/);
    const both = { 'database.tls_cert': client.certificate, 'database.tls_key': client.key };
    assert.equal((await runOverTcp(both, 'tenant', 'list')).status, 0);
  } finally {
    tool.database.sql("ALTER USER claviger_tool@localhost REQUIRE NONE");
  }
});

test('a frozen server is given up in time over TLS too, and found again when it is back', async () => {
  const service = await serviceOverTcp();
  try {
    tool.database.freeze();
    const began = Date.now();
    assert.equal(await readyz(service), 503);
    assert.ok(Date.now() - began < 5000, 'the time-out did not hold');
    tool.database.thaw();
    await until('the service to be ready', async () => (await readyz(service)) === 200);
    await tool.database.kill();
    assert.equal(await readyz(service), 503);
    await tool.database.start();
    await until('the service to be ready', async () => (await readyz(service)) === 200);
    assert.equal(service.children().workers.length, 2);
  } finally {
    await service.stop();
  }
});
