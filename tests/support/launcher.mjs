// The launcher's own shell functions. With them tests run the code that users run.

import { execFileSync } from 'node:child_process';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

// Runs one function of cli/launcher/ with arguments and gives what it prints. Throws if the function fails.
export function launcherFunction(name, ...args) {
  const script = `set -eu
    root=$1; shift
    for part in "$root"/cli/launcher/*.sh; do . "$part"; done
    "$@"`;
  return execFileSync('sh', ['-c', script, 'sh', root, name, ...args], { encoding: 'utf8', stdio: 'pipe' });
}
