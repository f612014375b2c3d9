import { fileURLToPath } from 'node:url';

/** One loaded copy of this package. Two copies in one process have two of these, although they share the key. */
export interface CoreCopy {
  /** Where the copy was loaded from. */
  readonly path: string;
}

const KEY = Symbol.for('skein.core-copy');

/** The copy that this code belongs to. */
export const THIS_CORE: CoreCopy = Object.freeze({ path: pathOf(import.meta.url) });

/** Marks a module definition as made with this copy. The mark is copied when the definition is spread. */
export const withCoreCopy = <D extends object>(definition: D): D => Object.freeze({ ...definition, [KEY]: THIS_CORE });

/** The copy that a definition was made with; undefined when `defineModule` did not make it. */
export const coreCopyOf = (definition: object): CoreCopy | undefined => (definition as { readonly [KEY]?: CoreCopy })[KEY];

function pathOf(url: string): string {
  return url.startsWith('file:') ? fileURLToPath(new URL('..', url)) : url;
}
