// A small HTTP client: to 127.0.0.1 with the Host that the test names, since not every resolver knows *.localhost.

import http from 'node:http';
import net from 'node:net';

// Sends one request, on a connection of its own unless there is an agent. Options: port, host, method, path, headers,
// body, agent, and localAddress, one of 127.0.0.0/8, which nginx takes for the client's.
// Gives { status, headers, rawHeaders, body, json() }; of repeated headers `all(name)` gives each.
export function request({ port, host = 'localhost', method = 'GET', path = '/', headers = {}, body, agent = false, localAddress }) {
  return new Promise((resolve, reject) => {
    const sent = http.request(
      { host: '127.0.0.1', port, method, path, agent, localAddress, headers: { Host: host, ...headers } },
      (answer) => {
        const chunks = [];
        answer.on('data', (chunk) => chunks.push(chunk));
        answer.on('error', reject);
        answer.on('end', () => resolve(answerOf(answer, Buffer.concat(chunks).toString())));
      },
    );
    sent.on('error', reject);
    sent.end(body);
  });
}

function answerOf(answer, body) {
  const raw = answer.rawHeaders;
  return {
    status: answer.statusCode,
    headers: answer.headers,
    rawHeaders: raw,
    all: (name) => raw.filter((_, i) => i % 2 === 1 && raw[i - 1].toLowerCase() === name.toLowerCase()),
    body,
    json: () => JSON.parse(body),
  };
}

// Sends exactly these bytes and gives what comes back until the server closes: for what no HTTP client would send.
export function raw(port, bytes) {
  return new Promise((resolve, reject) => {
    const socket = net.connect(port, '127.0.0.1', () => socket.write(bytes));
    const chunks = [];
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.on('error', (error) => (chunks.length > 0 ? resolve(Buffer.concat(chunks).toString()) : reject(error)));
    socket.on('close', () => resolve(Buffer.concat(chunks).toString()));
  });
}

export async function freePort() {
  const server = net.createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

// One browser at one host: it keeps cookies, and sends the Origin of its own site with what changes something. With an
// `agent` it keeps connections too; with an `address` of 127.0.0.0/8 it comes from there.
export class Visitor {
  constructor(port, host) {
    this.port = port;
    this.host = `${host}:${port}`;
    this.cookies = new Map();
  }

  get origin() {
    return `http://${this.host}`;
  }

  async request(method, path, { headers = {}, body } = {}) {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const answer = await request({
      port: this.port,
      host: this.host,
      method,
      path,
      body,
      agent: this.agent,
      localAddress: this.address,
      headers: {
        ...(cookie && { Cookie: cookie }),
        ...(method !== 'GET' && method !== 'HEAD' && { Origin: this.origin }),
        ...headers,
      },
    });
    for (const set of answer.all('set-cookie')) this.#keep(set);
    return answer;
  }

  get(path, options) {
    return this.request('GET', path, options);
  }

  postJson(path, value) {
    const body = value === undefined ? '' : JSON.stringify(value);
    return this.request('POST', path, { headers: { 'Content-Type': 'application/json' }, body });
  }

  postForm(path, fields) {
    const headers = { 'Content-Type': 'application/x-www-form-urlencoded' };
    return this.request('POST', path, { headers, body: new URLSearchParams(fields).toString() });
  }

  // The answer of the sign-in form, filled in as a person would: 303 when it went well. Where there is an error page in
  // its place, that.
  async signIn({ email, password }) {
    const page = await this.get('/login');
    if (page.status !== 200) return page;
    return this.postForm('/login', { csrf: hiddenField(page.body, 'csrf'), email, password, callbackUrl: '' });
  }

  // The new key's document, { id, name, fullKey, … }.
  async createKey(name) {
    const answer = await this.postJson('/api/api-keys', { name });
    if (answer.status !== 201) throw new Error(`no key was made: ${answer.status} ${answer.body}`);
    return answer.json();
  }

  #keep(set) {
    const [pair, ...attributes] = set.split(';');
    const [name, value] = pair.split(/=(.*)/s);
    const gone = attributes.some((attribute) => /^\s*max-age=0$/i.test(attribute));
    if (gone) this.cookies.delete(name);
    else this.cookies.set(name, value);
  }
}

// The value of a hidden form field of a page.
export function hiddenField(html, name) {
  const tag = html.match(new RegExp(`<input[^>]*name="${name}"[^>]*>`))?.[0];
  if (tag === undefined) throw new Error(`the page has no field ${name}`);
  return (tag.match(/value="([^"]*)"/)?.[1] ?? '').replaceAll('&amp;', '&');
}
