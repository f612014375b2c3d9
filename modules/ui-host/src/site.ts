import { constants, type Stats } from 'node:fs';
import { type FileHandle, open, readFile, realpath, stat } from 'node:fs/promises';
import { extname, join, resolve, sep } from 'node:path';

/** The folder cannot be served; the message says why. */
export class SiteError extends Error {
  override readonly name = 'SiteError';
}

/** A file as it is on the disk now. */
export interface SiteFile {
  /** Without links; inside the folder. */
  readonly path: string;
  readonly size: number;
  /** Milliseconds. */
  readonly changed: number;
}

/** Larger files are not served: they are held in memory while they are. */
const MAX_FILE_BYTES = 64 * 1024 * 1024;

/** The files of a web interface. */
export interface Site {
  /** Without links. */
  readonly root: string;
  /** The file that a path of a request names; undefined when there is none to serve. */
  find(requestPath: string): Promise<SiteFile | undefined>;
  /** The path is below a folder of the site, where there is nothing but files. */
  isBelowFolder(requestPath: string): Promise<boolean>;
  /** Throws when the file is gone, or has become another kind of thing. */
  read(file: SiteFile): Promise<Buffer>;
}

/** Throws SiteError unless `path` is a folder with a readable index.html. */
export async function openSite(path: string): Promise<Site> {
  const given = resolve(path);
  const folder = await stat(given).catch(explain(`${given} cannot be read`));
  if (!folder.isDirectory()) throw new SiteError(`${given} is no folder`);
  const root = await realpath(given);
  await readFile(join(root, 'index.html')).catch(explain(`${join(given, 'index.html')} cannot be read`));
  const inside = (real: string): boolean => real.startsWith(root.endsWith(sep) ? root : root + sep);
  return {
    root,
    find: async (requestPath) => {
      const segments = segmentsOf(requestPath);
      if (segments === undefined || segments.length === 0) return undefined;
      try {
        const real = await realpath(join(root, ...segments));
        if (!inside(real)) return undefined;
        const found = await stat(real);
        return isServed(found) ? { path: real, size: found.size, changed: found.mtimeMs } : undefined;
      } catch (error) {
        return absent(error);
      }
    },
    isBelowFolder: async (requestPath) => {
      const [first, ...rest] = segmentsOf(requestPath) ?? [];
      if (first === undefined || rest.length === 0) return false;
      try {
        return (await stat(join(root, first))).isDirectory();
      } catch (error) {
        return absent(error) ?? false;
      }
    },
    read: async (file) => {
      // The path has no links; one that was put there since is not followed.
      const handle = await open(file.path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0));
      try {
        return await readWhole(handle);
      } finally {
        await handle.close();
      }
    },
  };
}

async function readWhole(handle: FileHandle): Promise<Buffer> {
  const now = await handle.stat();
  if (!isServed(now)) throw new Error('the file has become something that is not served');
  return handle.readFile();
}

const isServed = (found: Stats): boolean => found.isFile() && found.size <= MAX_FILE_BYTES;

/**
 * The names in a path, decoded; undefined for a path that no file of a site has: one that cannot be decoded, goes up, names something hidden, or
 * has a separator or a NUL inside a name.
 */
function segmentsOf(requestPath: string): readonly string[] | undefined {
  const segments: string[] = [];
  for (const part of requestPath.split('/')) {
    if (part === '') continue;
    const name = decoded(part);
    if (name === undefined || name.startsWith('.') || /[/\\\0:]/.test(name) || name.length > 255) return undefined;
    segments.push(name);
  }
  return segments;
}

function decoded(part: string): string | undefined {
  try {
    return decodeURIComponent(part);
  } catch {
    return undefined;
  }
}

/** Names that lead nowhere; anything else is a fault of the server. */
const ABSENT: ReadonlySet<unknown> = new Set(['ENOENT', 'ENOTDIR', 'ELOOP', 'ENAMETOOLONG', 'EACCES', 'EINVAL']);

function absent(error: unknown): undefined {
  if (!ABSENT.has((error as NodeJS.ErrnoException).code)) throw error;
  return undefined;
}

const explain = (what: string) => (error: unknown) => {
  throw new SiteError(`${what}: ${(error as Error).message}`, { cause: error });
};

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.gif': 'image/gif',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.jpeg': 'image/jpeg',
  '.jpg': 'image/jpeg',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.ttf': 'font/ttf',
  '.txt': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
  '.webmanifest': 'application/manifest+json',
  '.webp': 'image/webp',
  '.woff': 'font/woff',
  '.woff2': 'font/woff2',
  '.xml': 'application/xml; charset=utf-8',
};

/** By the ending of the name; unknown ones are not guessed. */
export const mediaType = (path: string): string => TYPES[extname(path).toLowerCase()] ?? 'application/octet-stream';
