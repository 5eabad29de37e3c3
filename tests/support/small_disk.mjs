// A file system of its own that can be filled to its last byte. Mounting it needs root. Where that is not allowed the
// test fails and says so.

import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';

export function mountSmallDisk(mebibytes) {
  const folder = mkdtempSync(join(dirname(process.env.TEST_CONFIG), 'f-'));
  const { status, stderr, error } = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${mebibytes}m,mode=700`, 'claviger-test', folder], { encoding: 'utf8' });
  if (status !== 0) {
    rmdirSync(folder);
    throw new Error(`this test fills a disk that it mounts for it, and mounting needs root and a system that allows it: ${error?.message ?? stderr}`);
  }
  return new SmallDisk(folder);
}

class SmallDisk {
  constructor(folder) {
    this.folder = folder;
    this.filler = join(folder, 'filler');
  }

  // Fills the disk to its last byte. Another process writes the bytes, so it does not delay the requests of this one.
  async fill() {
    const child = spawn('sh', ['-c', 'cat /dev/zero >>"$1"', 'sh', this.filler], { stdio: ['ignore', 'ignore', 'pipe'] });
    let told = '';
    child.stderr.on('data', (chunk) => (told += chunk));
    await new Promise((resolve) => child.on('close', resolve));
    if (!told.includes('No space left on device')) throw new Error(`the disk is not full: ${told}`);
  }

  free() {
    rmSync(this.filler, { force: true });
  }

  unmount() {
    const { status, stderr } = spawnSync('umount', [this.folder], { encoding: 'utf8' });
    if (status !== 0) throw new Error(`the disk of the test stays mounted: ${stderr}`);
    rmdirSync(this.folder);
  }
}
