// Remembers what each step of the build was made from, so that a step whose inputs are the same is skipped.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';

const SKIPPED = new Set(['node_modules', 'dist', 'coverage', '.git']);

export class Stamp {
  constructor(root) {
    this.root = root;
    this.file = join(root, '.skein-build.json');
    try {
      this.steps = JSON.parse(readFileSync(this.file, 'utf8'));
    } catch {
      // No stamp, or none that can be read: every step is stale.
      this.steps = {};
    }
  }

  /** Whether the step was done with these inputs, and all its outputs are still there. */
  isFresh(step, hash, outputs) {
    return this.steps[step] === hash && outputs.every((path) => existsSync(join(this.root, path)));
  }

  done(step, hash) {
    this.steps[step] = hash;
    writeFileSync(this.file, `${JSON.stringify(this.steps, null, 2)}\n`);
  }
}

/** A hash of the names and contents of files; one that is not there counts as absent. */
export function hashOf(root, files) {
  const hash = createHash('sha256');
  for (const file of files) {
    hash.update(`${relative(root, file)}\0`);
    if (existsSync(file)) hash.update(readFileSync(file));
    hash.update('\0');
  }
  return hash.digest('hex');
}

/** All files below a folder whose name fits, in a fixed order; what tools write is left out. */
export function filesBelow(folder, fits) {
  if (!existsSync(folder)) return [];
  const found = [];
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      if (!SKIPPED.has(entry.name)) found.push(...filesBelow(path, fits));
    } else if (fits(entry.name)) found.push(path);
  }
  return found.sort();
}

/** Folders of the workspaces that package.json names, relative to the root. */
export function workspaces(root) {
  const { workspaces: patterns } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  return patterns
    .flatMap((pattern) => {
      if (!pattern.endsWith('/*')) return [pattern];
      const parent = pattern.slice(0, -2);
      return existsSync(join(root, parent)) ? readdirSync(join(root, parent)).map((name) => `${parent}/${name}`) : [];
    })
    .filter((folder) => existsSync(join(root, folder, 'package.json')))
    .sort();
}
