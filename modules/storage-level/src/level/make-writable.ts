import { access, constants, mkdir, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { DataDirectoryError, OTHER_PATH } from './data-directory-error.js';

/** Makes a directory and the parents that are missing, and checks that this user may work in it. @throws DataDirectoryError */
export async function makeWritable(path: string): Promise<void> {
  try {
    await makeMissing(resolve(path));
    await access(path, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (cause) {
    throw unusable(path, cause as NodeJS.ErrnoException);
  }
}

/** One by one: the recursive form of `mkdir` never returns where a file system says of a folder that is there that it is not (/proc). */
async function makeMissing(path: string): Promise<void> {
  const missing: string[] = [];
  for (let folder = path; !(await isDirectory(folder)); folder = dirname(folder)) missing.unshift(folder);
  for (const folder of missing) {
    await mkdir(folder).catch(async (error: NodeJS.ErrnoException) => {
      // Somebody else may have made it meanwhile.
      if (error.code !== 'EEXIST' || !(await isDirectory(folder))) throw error;
    });
  }
}

/** False when nothing is there. Throws when something else is, and when nobody can tell. */
async function isDirectory(path: string): Promise<boolean> {
  try {
    if ((await stat(path)).isDirectory()) return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT' && dirname(path) !== path) return false;
    throw error;
  }
  throw Object.assign(new Error(`${path} is not a directory`), { code: 'ENOTDIR' });
}

function unusable(path: string, cause: NodeJS.ErrnoException): DataDirectoryError {
  const code = cause.code ?? 'unknown error';
  if (code === 'EEXIST' || code === 'ENOTDIR') {
    return new DataDirectoryError(`data directory ${path} is not a directory`, OTHER_PATH, { cause });
  }
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') {
    const fix = `let the user that runs Skein write there, or ${OTHER_PATH}`;
    return new DataDirectoryError(`data directory ${path} is not writable by this user (${code})`, fix, { cause });
  }
  return new DataDirectoryError(`data directory ${path} cannot be made (${code})`, OTHER_PATH, { cause });
}
