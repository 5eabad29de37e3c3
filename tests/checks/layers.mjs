// The include rules between the folders, as a table and a function that lists the violations.

import { filesOf, lineAt, read, withoutComments } from './source.mjs';

const layers = {
  domain: ['domain'],
  persistence: ['domain', 'persistence'],
  fcgi: ['domain', 'fcgi'],
  cli: ['domain', 'cli'],
};

// The rooms of each layer, in steps: a room includes itself and the rooms of the steps before its own. The files of the
// layer's own folder compose the rooms and include them all; no room includes such a file.
const rooms = {
  domain: [['base'], ['secrets'], ['fence'], ['model'], ['ports'], ['configuration', 'keys', 'tenants'], ['sign_in'], ['users'], ['doctor']],
  persistence: [['shared_memory'], ['connection'], ['fence'], ['schema'], ['tenant'], ['control'], ['archive'], ['doctor']],
  fcgi: [['http', 'telemetry'], ['json'], ['views'], ['handlers'], ['server'], ['processes']],
  cli: [['frame'], ['apply', 'backup', 'documentation'], ['commands']],
};

// The only files that also include persistence/, because they compose the whole. The list may only shrink.
const composers = new Set(['fcgi/composition.cpp', 'cli/composition.cpp']);

// Third-party headers by prefix, with the folders that may include them. The first match holds.
const thirdParty = [
  ['fcgi', ['fcgi/server/']], // fcgiapp.h, fcgios.h
  ['ctemplate/', ['fcgi/views/']],
  ['CLI/', ['cli/']],
  ['Poco/JSON/', ['fcgi/json/', 'cli/']],
  ['Poco/Net/', ['fcgi/', 'cli/commands/guard_probe']],
  ['Poco/Data/', ['persistence/']],
  ['mysql/', ['persistence/']],
  ['Poco/Crypto/', ['domain/secrets/', 'persistence/schema/']],
  ['sodium.h', ['domain/secrets/']],
  ['Poco/Checksum.h', ['domain/secrets/']],
  ['Poco/Ascii.h', ['domain/secrets/', 'fcgi/']],
  ['Poco/', ['persistence/', 'fcgi/', 'cli/']], // the rest of Foundation
];

// Headers of the C++ standard library have no dot; the others here are of POSIX and Linux.
const system = /^([a-z_]+|(unistd|fcntl|poll|sched|dlfcn|csignal|stdlib|malloc|pwd|grp)\.h|linux\/landlock\.h|(sys|arpa|netinet)\/[a-z_]+\.h)$/;

// Patterns that must never occur in persistence/, with the reasons.
const bannedThere = [
  [/"\s*USE\s/i, 'USE is never sent: a tenant is reached by qualified names alone'],
  [/mysql_select_db|mysql_change_user/, 'no current schema, no change of account'],
  [/Poco::Data::Transaction|Poco\/Data\/Transaction/, 'it leaves autocommit off for ever'],
  [/SessionPool/, 'it hands out dead sessions'],
  [/auto-reconnect/, 'it breaks transactions'],
];

// The names of the markers in a template, which the build extracts from it. Only the views may include them.
const markerNames = /^templates\/[a-z_]+\.tpl\.varnames\.h$/;

function mayInclude(file, header) {
  if (markerNames.test(header)) return file.startsWith('fcgi/views/');
  const owner = file.split('/')[0];
  const target = header.split('/')[0];
  if (target === 'persistence' && composers.has(file)) return true;
  return layers[owner].includes(target);
}

// undefined: the file is in the layer's own folder.
const roomOf = (file) => (file.split('/').length > 2 ? file.split('/')[1] : undefined);

// Why a file may not include a header of its own layer. undefined if it may.
function roomLeak(file, header) {
  const [layer] = file.split('/');
  const steps = rooms[layer];
  const stepOf = (room) => steps.findIndex((step) => step.includes(room));
  const [from, to] = [roomOf(file), roomOf(header)];
  if (from === undefined || from === to) return undefined;
  if (to === undefined) return `${layer}/${from}/ may not include a file that composes rooms`;
  for (const room of [from, to]) if (stepOf(room) < 0) return `${layer}/${room}/ is no room of tests/checks/layers.mjs`;
  return stepOf(to) < stepOf(from) ? undefined : `${layer}/${from}/ may not include ${layer}/${to}/`;
}

function includeLeak(file, { quoted, header }) {
  if (header.includes('..')) return 'includes are rooted at the repository';
  if (quoted) {
    if (!mayInclude(file, header)) return `${file.split('/')[0]}/ may not include it`;
    return header.split('/')[0] === file.split('/')[0] ? roomLeak(file, header) : undefined;
  }
  const rule = thirdParty.find(([beginning]) => header.startsWith(beginning));
  if (rule) return rule[1].some((folder) => file.startsWith(folder)) ? undefined : `only in ${rule[1].join(', ')}`;
  return system.test(header) ? undefined : 'nobody has said which folder may include it';
}

function includesOf(text) {
  const pattern = /^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)[>"]/gm;
  return [...text.matchAll(pattern)].map((match) => ({
    quoted: match[1] === '"',
    header: match[2],
    line: lineAt(text, match.index),
  }));
}

// Gives one line for each leak: "file:line: header: reason".
export function leaksIn(base) {
  const leaks = [];
  const unused = new Set(composers);
  for (const file of Object.keys(layers).flatMap((layer) => filesOf(base, layer, ['.h', '.cpp']))) {
    const text = withoutComments(read(base, file));
    for (const include of includesOf(text)) {
      if (include.quoted && include.header.startsWith('persistence/')) unused.delete(file);
      const reason = includeLeak(file, include);
      if (reason) leaks.push(`${file}:${include.line}: ${include.header}: ${reason}`);
    }
    if (file.startsWith('persistence/')) {
      for (const [banned, reason] of bannedThere) {
        const match = banned.exec(text);
        if (match) leaks.push(`${file}:${lineAt(text, match.index)}: ${match[0].trim()}: ${reason}`);
      }
    }
  }
  for (const file of unused) leaks.push(`tests/checks/layers.mjs: ${file} is no composer any more: take it off the list`);
  return leaks;
}
