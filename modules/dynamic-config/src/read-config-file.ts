import { readFile, stat } from 'node:fs/promises';
import { parse } from 'yaml';
import type { ConfigTree } from './contract.js';

/** A longer file is refused, bytes. */
export const LONGEST_FILE = 1024 * 1024;

/** The text of a file. Throws an Error that says why it cannot be read. */
export async function readConfigFile(path: string): Promise<string> {
  let size: number;
  try {
    ({ size } = await stat(path));
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new Error(`cannot read ${path}: ${code === 'ENOENT' ? 'there is no such file' : message}`, { cause: error });
  }
  if (size > LONGEST_FILE) throw new Error(`${path} has ${size} bytes; at most ${LONGEST_FILE} are read`);
  return readFile(path, 'utf8');
}

/** The keys of a file and their values. Throws an Error with the position of the first mistake. */
export function parseConfigFile(path: string, text: string): ReadonlyMap<string, ConfigTree> {
  const root = tree(path, text);
  if (root === '') return new Map();
  if (typeof root === 'string' || Array.isArray(root)) throw new Error(`${path}: expected keys and values`);
  return new Map(Object.entries(root).map(([key, value]) => [key, typeof value === 'string' ? tree(`${path}: ${key}`, value) : value]));
}

/** Scalars stay what was written, so that `0.50` and `1e3` reach agents as that. */
function tree(where: string, text: string): ConfigTree {
  try {
    return (parse(text, { schema: 'failsafe', maxAliasCount: 100 }) ?? '') as ConfigTree;
  } catch (error) {
    throw new Error(`${where} is no valid YAML: ${(error as Error).message}`, { cause: error });
  }
}
