import { createToken } from '@skein/core';

/** A value as the file has it: every scalar is text, exactly as it was written. */
export type ConfigTree = string | readonly ConfigTree[] | { readonly [key: string]: ConfigTree };

/** Settings that change while the server runs. */
export interface DynamicConfig {
  /**
   * Calls `changed` with the value of a key when the file has been read, and again whenever the value is another one; undefined: the file has no
   * such key. A value that is a block of text is read as YAML, as SkyWalking's configuration centers hold it. When `changed` throws, the value is
   * refused: the error is logged with the key, the module is degraded until the value is mended, and what was valid before goes on.
   */
  watch(key: string, changed: (value: ConfigTree | undefined) => void): Disposable;
}
/** Provided by dynamic-config. */
export const DynamicConfigToken = createToken<DynamicConfig>('dynamic-config');
