// Finds syntax, built-ins and parts of node's modules that Debian 12's node lacks. That is the oldest supported node.
// A newer node runs such code without a warning.

import { ESLint } from 'eslint';
import es from 'eslint-plugin-es-x';
import node from 'eslint-plugin-n';

const oldest = '18.19.0'; // Debian 12's, without its updates

const newer = { ...es.configs['flat/restrict-to-es2022'].rules, ...es.configs['flat/no-new-in-esnext'].rules };
const ofIterators = Object.keys(newer).filter((rule) => rule.includes('-iterator-prototype-'));

const rules = {
  ...newer,
  // Arrays have methods of these names too. So only a call on an evident iterator counts.
  ...Object.fromEntries(ofIterators.map((rule) => [rule, ['error', { aggressive: false }]])),
  // These are of ES2023, but node 18 has them.
  'es-x/no-array-prototype-findlast-findlastindex': 'off',
  'es-x/no-hashbang': 'off',
  'n/no-unsupported-features/node-builtins': [
    'error',
    { version: `>=${oldest}`, allowExperimental: true, ignores: ['test.describe'] },
  ],
};

const config = {
  files: ['**/*.mjs', '**/*.js'],
  plugins: { 'es-x': es, n: node },
  // Types are not known here, so a method counts by its name, on any object.
  settings: { 'es-x': { aggressive: true } },
  linterOptions: { noInlineConfig: true },
  languageOptions: { ecmaVersion: 'latest', sourceType: 'module' },
  rules,
};

// Gives one line for each use in the files, which are paths below `base`.
export async function newerThanNode18(base, files) {
  const eslint = new ESLint({ cwd: base, overrideConfigFile: true, overrideConfig: config, ignore: false });
  const results = await eslint.lintFiles(files);
  return results.flatMap(({ filePath, messages }) =>
    messages.map(({ line, message }) => `${filePath.slice(base.length + 1)}:${line}: ${message}`),
  );
}
