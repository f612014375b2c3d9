import { readdir } from 'node:fs/promises';
import type { FuzzTarget } from './target.js';

const FOLDER = new URL('./targets/', import.meta.url);

/** All targets, by name: every file of the folder `targets` has one. */
export async function findTargets(): Promise<ReadonlyMap<string, FuzzTarget>> {
  const files = (await readdir(FOLDER)).filter((file) => /(?<!\.d)\.[jt]s$/.test(file)).sort();
  const targets = new Map<string, FuzzTarget>();
  for (const file of files) {
    const { target } = (await import(new URL(file, FOLDER).href)) as { target: FuzzTarget };
    if (targets.has(target.name)) throw new Error(`${file}: there are two fuzz targets named ${target.name}`);
    targets.set(target.name, target);
  }
  return targets;
}
