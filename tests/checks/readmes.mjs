// Finds what a README says of the repository's files and folders that is not so.

import { basename, dirname, join, normalize } from 'node:path';

import { filesOf, lineAt, read } from './source.mjs';

// What a README must list in the first column of the table with this head, or in any column (`anywhere`). No head: the
// text as a whole must name it. `names` are patterns below `of`, which is the README's own folder where nothing is
// said. Those of folders end in '/'.
const listings = [
  { readme: 'domain/README.md', head: 'folder', names: ['*/', 'ports/*/'] },
  { readme: 'domain/fence/README.md', head: 'name', names: ['*.h', '*.pml'] },
  { readme: 'domain/sign_in/README.md', head: 'name', names: ['*.h'] },
  { readme: 'persistence/README.md', head: 'folder', names: ['*/', '*.sql'] },
  { readme: 'fcgi/README.md', head: 'step', anywhere: true, names: ['*/', '*.cpp', 'views/*.cpp'] },
  { readme: 'fcgi/processes/README.md', head: 'file', names: ['*.h', '*.cpp'] },
  { readme: 'fcgi/server/README.md', head: 'file', names: ['*.h', '*.cpp'] },
  { readme: 'cli/README.md', head: 'file', names: ['*/', '*.h', '*.cpp', '*/*.h', '*/*.cpp'] },
  { readme: 'cli/launcher/README.md', head: 'file', names: ['*/', '*.sh', '*.txt'] },
  { readme: 'templates/README.md', head: 'file', names: ['*/', '*.tpl', '*.json', 'static/*'] },
  { readme: 'migrations/README.md', names: ['*/'] },
  { readme: 'nginx/README.md', head: 'file', names: ['*/', '*.conf', '*.in', 'claviger_*'] },
  { readme: 'nginx/systemd/README.md', head: 'file', names: ['*.service', '*.socket', '*.timer', '*.example'] },
  { readme: 'findings/README.md', head: 'script', names: ['*.sh'] },
  { readme: 'tests/README.md', names: ['*/'] },
  { readme: 'tests/README.md', head: 'suite', names: ['*/'], besides: ['bench/', 'platforms/', 'support/'] },
  { readme: 'tests/bench/README.md', head: 'file', names: ['*.mjs', '*.lua', '*.cpp'] },
  { readme: 'tests/browser/README.md', head: 'file', names: ['*.test.mjs'] },
  { readme: 'tests/contract/README.md', names: ['*/'] },
  { readme: 'tests/galera/README.md', head: 'file', names: ['*.test.mjs'] },
  { readme: 'tests/migration/README.md', names: ['*/'] },
  { readme: 'tests/system/README.md', head: 'file', of: 'tests/support', names: ['*.mjs'] },
];

// The heads of tables whose first column names files and folders and nothing else. Each such table is in `listings`.
const headsOfFiles = ['file', 'folder', 'script', 'suite'];

// Names that look like a file of the repository and are none.
const elsewhere = [
  'build', // made by the build
  ...['/etc/claviger', '/etc/nginx', '/run/claviger', '/var/log', '/usr/sbin/policy-rc.d'], // on the operator's machine
  ...['/_claviger', '/healthz', '/login', '/readyz', '/reports', '/static', '/v1', '/api'], // paths of requests
  ...['claviger.conf', 'nginx.conf'], // the operator's
  'fcgiapp.h', // of libfcgi
  ...['database.socket', 'fcgi.socket'], // settings
  'schema_migrations', // a table
];

const fileName = /^[\w./*…-]*[\w*…-]\.(?:h|cpp|mjs|md|conf|sh|sql|tpl|pml|service|timer|socket)$/;
const path = /^[\w./*…-]*\/[\w./*…-]*$/;
// In a recipe these are files too: `strings.json`, `claviger_headers`.
const fileOfRecipe = /^\w+\.(?:txt|json|css|js|svg|in|example)$|^[a-z]+(?:_[a-z]+)+$/;
const headingOfRecipe = /^(?:To add|Adding|One more)\b/;

const isElsewhere = (word) => elsewhere.some((beginning) => word === beginning || word.startsWith(`${beginning}/`));

// Gives files and folders; a folder ends in '/'.
function entriesOf(files) {
  const folders = new Set();
  for (const file of files)
    for (let folder = dirname(file); folder !== '.'; folder = dirname(folder)) folders.add(`${folder}/`);
  return [...files, ...folders];
}

// '*' and '…' stand for any part of a name. So do the words for which a reader puts a name or a number.
const expressionOf = (pattern) => pattern.replace(/NAME|WHAT|NNNN/g, '*').replace(/[.+]/g, '\\$&').replace(/[*…]/g, '[^/]*');

// Whether there is such an entry in the folder. A folder may be named without its '/', a file without its ending.
function isThere(entries, folder, name) {
  const rest = basename(name).includes('.') ? '/?' : '(?:/|\\.[\\w.]+)?';
  const expression = new RegExp(`^${expressionOf(normalize(join(folder, name)))}${name.endsWith('/') ? '' : rest}$`);
  return entries.some((entry) => expression.test(entry));
}

const firstCell = (row) => row.split('|')[1].trim();

// Gives the paragraphs, the items of lists and the rows of tables, without examples of code. `head` is the first cell
// of the table that a row belongs to; that first row is not given.
function blocksOf(text) {
  const blocks = [];
  let block, head;
  let [heading, index] = ['', 0];
  for (const line of text.split('\n')) {
    const isRow = line.startsWith('|');
    if (/^#+ /.test(line)) heading = line.replace(/^#+ /, '');
    if (!isRow) head = undefined;
    if (line.trim() === '' || line.startsWith('#')) {
      block = undefined;
    } else if (isRow) {
      block = undefined;
      if (head !== undefined && !/^\|[-|: ]*$/.test(line)) blocks.push({ text: line, index, heading, head });
      head ??= firstCell(line);
    } else if (block && !/^\s*(?:[-*]|\d+\.) /.test(line)) {
      block.text += `\n${line}`;
    } else if (block || !line.startsWith('    ')) {
      block = { text: line, index, heading };
      blocks.push(block);
    }
    index += line.length + 1;
  }
  return blocks;
}

const spansIn = (text) => [...text.matchAll(/`([^`]+)`/g)].map((match) => ({ span: match[1], index: match.index }));
const wordsIn = (text) => spansIn(text).flatMap(({ span, index }) => span.split(/\s+/).map((word) => ({ word, index })));

// Marks the blocks that say how something is added: a section, a paragraph, and the list that a paragraph introduces.
function withRecipes(blocks) {
  let introduced = false;
  return blocks.map((block) => {
    const says = /\bTo add\b/.test(block.text);
    introduced = (introduced && /^\s*(?:[-*]|\d+\.) /.test(block.text)) || (says && block.text.endsWith(':'));
    return { ...block, recipe: says || introduced || headingOfRecipe.test(block.heading) };
  });
}

// Gives the names in back-quotes that should be files or folders and are not. A name is looked for in the README's own
// folder, at the root, and in the folders that the same paragraph or row names.
function wrongNames(readme, text, entries) {
  const own = ['.', dirname(readme), ...listings.filter((listing) => listing.readme === readme && listing.of).map(({ of }) => of)];
  return withRecipes(blocksOf(text)).flatMap((block) => {
    const isName = (word) => path.test(word) || fileName.test(word) || (block.recipe && fileOfRecipe.test(word));
    const names = wordsIn(block.text).filter(({ word }) => isName(word) && !isElsewhere(word));
    const named = names.filter(({ word }) => word.includes('/')).map(({ word }) => (word.endsWith('/') ? word : dirname(word)));
    const folders = [...own, ...named.flatMap((folder) => own.map((above) => join(above, folder)))];
    const isWrong = ({ word }) => !(word.includes('/') ? own : folders).some((folder) => isThere(entries, folder, word));
    return names.filter(isWrong).map(({ word, index }) => `${readme}:${lineAt(text, block.index + index)}: ${word} is not there`);
  });
}

// Gives the links of a document that lead to no file or folder.
export function brokenLinks(document, text, files) {
  const entries = entriesOf(files);
  return [...text.matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)/g)]
    .filter((match) => !isThere(entries, dirname(document), match[1]))
    .map((match) => `${document}:${lineAt(text, match.index)}: ${match[1]} is not there`);
}

// The header of a class: fenced_cache.h for FencedCache.
const headerOf = (name) => `${name.replace(/(?<=[a-z])(?=[A-Z])/g, '_').toLowerCase()}.h`;

// Gives the names in a part of a row, its first cell or all of it. Where that part names a folder, all names of the row
// may be of that folder.
function namesIn(part, row) {
  const spans = spansIn(part).map(({ span }) => span);
  const ofFolder = spans.filter((span) => span.endsWith('/')).flatMap((folder) => spansIn(row).map(({ span }) => folder + span));
  return [...spans, ...spans.filter((span) => /^[A-Z]/.test(span)).map(headerOf), ...ofFolder];
}

// A folder is named by a path in it too, a file without its ending, and a header by its source or the reverse.
function isNamed(entry, names) {
  if (entry.endsWith('/')) return names.some((name) => name.startsWith(entry));
  const bare = join(dirname(entry), basename(entry).split('.')[0]);
  const pair = [entry.replace(/\.cpp$/, '.h'), entry.replace(/\.h$/, '.cpp')];
  return [entry, bare, ...pair].some((name) => names.includes(name));
}

// Gives what a table does not list, and what it lists that is not there.
function wrongRows({ readme, head, anywhere = head === undefined, of = dirname(readme), names, besides = [] }, text, entries) {
  const rows = blocksOf(text).filter((block) => head === undefined || block.head === head);
  const place = head === undefined ? 'the text' : `the table "${head}"`;
  const listed = rows.flatMap((row) => namesIn(anywhere ? row.text : firstCell(row.text), row.text));
  const expressions = names.map((name) => new RegExp(`^${expressionOf(name)}$`));
  const missing = entries
    .filter((entry) => entry.startsWith(`${of}/`) && entry !== `${of}/`)
    .map((entry) => entry.slice(of.length + 1))
    .filter((entry) => !besides.includes(entry) && expressions.some((expression) => expression.test(entry)) && !isNamed(entry, listed))
    .map((entry) => `${readme}: ${place} does not name ${entry}`);
  if (!headsOfFiles.includes(head)) return missing;
  const gone = rows.flatMap((row) =>
    spansIn(firstCell(row.text))
      .filter(({ span }) => !isThere(entries, of, span))
      .map(({ span }) => `${readme}:${lineAt(text, row.index)}: ${span} is not in ${of}/`),
  );
  return [...missing, ...gone];
}

// Gives one line for each wrong name of a README. `files` are all files of the repository.
export function problemsOf(readme, text, files) {
  const entries = entriesOf(files);
  const own = listings.filter((listing) => listing.readme === readme);
  const heads = new Set(blocksOf(text).map(({ head }) => head));
  const unknown = headsOfFiles.filter((head) => heads.has(head) && !own.some((listing) => listing.head === head));
  return [
    ...wrongNames(readme, text, entries),
    ...own.flatMap((listing) => wrongRows(listing, text, entries)),
    ...unknown.map((head) => `${readme}: tests/checks/readmes.mjs does not say what the table "${head}" must list`),
  ];
}

// Gives the tables of `listings` that are not there.
export function unusedListings(textOf) {
  const hasTable = ({ readme, head }) => blocksOf(textOf(readme) ?? '').some((block) => head === undefined || block.head === head);
  return listings
    .filter((listing) => !hasTable(listing))
    .map(({ readme, head }) => `tests/checks/readmes.mjs: ${readme} has no ${head ? `table "${head}"` : 'text'}: take it off the list`);
}

export function problemsIn(base) {
  const files = filesOf(base);
  const readmes = files.filter((file) => basename(file) === 'README.md');
  const texts = new Map(readmes.map((readme) => [readme, read(base, readme)]));
  const problems = readmes.flatMap((readme) => problemsOf(readme, texts.get(readme), files));
  return [...problems, ...unusedListings((readme) => texts.get(readme))];
}
