// Suspends a tenant in the test run's database.

import { execFileSync } from 'node:child_process';
import { dirname, join } from 'node:path';

export function suspend({ slug }) {
  const socket = join(dirname(process.env.TEST_CONFIG), 'db/db.sock');
  const statement = `UPDATE claviger.tenants SET status = 'suspended' WHERE slug = '${slug}'`;
  execFileSync('mariadb', ['--no-defaults', `--socket=${socket}`, `--execute=${statement}`]);
}
