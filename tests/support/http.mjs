// A small HTTP client. It connects to 127.0.0.1 with the Host that the test names, since not every resolver has
// *.localhost.

import http from 'node:http';
import net from 'node:net';

// Sends one request, on a new connection unless there is an agent. Options: port, host, method, path, headers, body,
// agent, and localAddress. A localAddress is one of 127.0.0.0/8; nginx takes it for the address of the client.
// Gives { status, headers, rawHeaders, body, json() }; all(name) gives each value of a repeated header.
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

// Sends exactly these bytes, for requests that no HTTP client would send. Gives all that comes back until the server
// closes.
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

// A browser at one host. It keeps cookies, and sends the Origin of its own site with all methods but GET and HEAD. With
// an `agent` it keeps connections too. With an `address` of 127.0.0.0/8 its requests come from there.
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

  // Fills in the sign-in form as a person would, and gives the answer to it: 303 on success. If the form itself is
  // answered with an error page, it gives that page.
  async signIn({ email, password }) {
    const page = await this.get('/login');
    if (page.status !== 200) return page;
    return this.postForm('/login', { csrf: hiddenField(page.body, 'csrf'), email, password, callbackUrl: '' });
  }

  // Creates a key and gives its document: { id, name, fullKey, … }. Throws unless the answer is 201.
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

// Gives the value of a hidden form field of a page.
export function hiddenField(html, name) {
  const tag = html.match(new RegExp(`<input[^>]*name="${name}"[^>]*>`))?.[0];
  if (tag === undefined) throw new Error(`the page has no field ${name}`);
  return (tag.match(/value="([^"]*)"/)?.[1] ?? '').replaceAll('&amp;', '&');
}
