// Looks for secrets where they do not belong: in files, in texts and in what /proc shows of a process.
//
//   const canaries = new Canaries();
//   canaries.add('password', 'pw-…');
//   canaries.foundIn(folder);                      // ['db/data/general.log: the password in base64', …]

import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export class Canaries {
  #forms = new Map(); // lower-case text → its description

  // Adds a secret in every form in which it could be written down. For a token it also adds the bytes that the token
  // encodes.
  add(name, value) {
    if (!value || value.length < 12) throw new Error(`${name} is too short to be looked for`);
    this.#addBytes(name, Buffer.from(value));
    this.#note(encodeURIComponent(value), `${name}, URL-encoded`);
    this.#note(new URLSearchParams([['', value]]).toString().slice(1), `${name}, as in a form`);
    this.#note([...value].map((c) => `%${c.charCodeAt(0).toString(16)}`).join(''), `${name}, URL-encoded throughout`);
    this.#note(value, name);
    if (/^[\w-]{43}$/.test(value)) this.#addBytes(`${name}'s bytes`, Buffer.from(value, 'base64url'));
    if (/^[0-9a-f]{64}$/.test(value)) this.#addBytes(`${name}'s bytes`, Buffer.from(value, 'hex'));
  }

  #addBytes(name, bytes) {
    this.#note(bytes.toString('hex'), `${name} in hexadecimal`);
    // Inside a longer text base64 can begin at any of three offsets. Only the characters that do not depend on the
    // neighbours are added.
    for (const shift of [0, 1, 2]) {
      const text = Buffer.concat([Buffer.alloc(shift), bytes]).toString('base64').replace(/=+$/, '');
      const own = text.slice(shift === 0 ? 0 : shift + 1, (bytes.length + shift) % 3 === 0 ? undefined : -1);
      this.#note(own, `${name} in base64`);
      this.#note(own.replaceAll('+', '-').replaceAll('/', '_'), `${name} in base64url`);
    }
  }

  #note(form, what) {
    const key = form.toLowerCase();
    if (!this.#forms.has(key)) this.#forms.set(key, what);
  }

  // Gives one line for each secret in each file below the folder.
  foundIn(folder) {
    return this.#grep(['-r', folder]).map(([file, what]) => `${file.slice(folder.length + 1)}: the ${what}`);
  }

  foundInText(text) {
    const folder = mkdtempSync(join(tmpdir(), 'canaries-'));
    try {
      writeFileSync(join(folder, 'text'), text, { mode: 0o600 });
      return this.foundIn(folder);
    } finally {
      rmSync(folder, { recursive: true });
    }
  }

  // Looks into the command line of each of these processes, which all users can read, and into its environment, which
  // its owner can read.
  foundInProcesses(pids) {
    return pids.flatMap((pid) =>
      ['environ', 'cmdline'].flatMap((file) =>
        this.foundInText(readFileSync(`/proc/${pid}/${file}`)).map((found) => `${pid} ${file} ${found}`),
      ),
    );
  }

  #grep(where) {
    const folder = mkdtempSync(join(tmpdir(), 'canaries-'));
    const patterns = join(folder, 'patterns');
    try {
      writeFileSync(patterns, [...this.#forms.keys()].join('\n'), { mode: 0o600 });
      const options = ['--text', '--only-matching', '--ignore-case', '--fixed-strings', '--with-filename', '--null', '--devices=skip', '-f', patterns];
      const { status, stdout, stderr } = spawnSync('grep', [...options, ...where], {
        encoding: 'latin1',
        env: { LC_ALL: 'C', PATH: process.env.PATH },
        maxBuffer: 1 << 28,
      });
      if (status > 1 && !/No such file/.test(stderr)) throw new Error(`grep failed: ${stderr}`);
      const lines = stdout.split('\n').filter((line) => line.includes('\0'));
      return [...new Set(lines)].map((line) => line.split('\0')).map(([file, text]) => [file, this.#forms.get(text.toLowerCase())]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  }
}

// Gives these processes and all their descendants.
export function familyOf(pids) {
  const parents = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => [Number(pid), parentOf(pid)]);
  const family = new Set(pids);
  for (let size = -1; size !== family.size; ) {
    size = family.size;
    for (const [pid, parent] of parents) if (family.has(parent)) family.add(pid);
  }
  return [...family];
}

function parentOf(pid) {
  try {
    return Number(readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').pop().split(' ')[1]);
  } catch {
    return 0; // the process has just ended
  }
}

export function dumpOf(socket) {
  const options = ['--no-defaults', `--socket=${socket}`, '--all-databases', '--single-transaction'];
  const run = (more) => execFileSync('mariadb-dump', [...options, ...more], { encoding: 'latin1', maxBuffer: 1 << 30 });
  return run(['--hex-blob']) + run([]);
}

export const sizeOf = (file) => statSync(file).size;
