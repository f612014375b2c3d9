import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import type { Logger } from '../api/facilities.js';
import { defineModule } from '../api/module.js';
import { createToken } from '../api/tokens.js';
import { createHost } from '../host/skein-host.js';
import { VERSION } from '../version.js';
import { type Container, inject, injectable, moduleContainer } from './index.js';

const silent: Logger = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const StoreToken = createToken<{ readonly name: string }>('store');
const OtherToken = createToken<object>('other');

@injectable()
class Committer {
  readonly store: { readonly name: string };
  constructor(@inject(StoreToken) store: { readonly name: string }) {
    this.store = store;
  }
}

@injectable()
class Writer {
  readonly committer: Committer;
  constructor(@inject(Committer) committer: Committer) {
    this.committer = committer;
  }
}

describe('a module made of classes', () => {
  it('gets them from a container that sees its declared needs only, and is emptied at stop', async () => {
    let container: Container | undefined;
    const needs = { store: StoreToken };
    const giver = defineModule({
      name: 'giver',
      provides: [StoreToken, OtherToken],
      activate({ provide }) {
        provide(StoreToken, { name: 'the store' });
        provide(OtherToken, {});
      },
    });
    const user = defineModule({
      name: 'user',
      needs,
      activate(context) {
        container = moduleContainer(context, needs);
        container.bind(Committer).toSelf();
        container.bind(Writer).toSelf();
      },
    });
    const host = createHost({ modules: [{ definition: user }, { definition: giver }], logger: silent });
    await host.start();
    const writer = container!.get(Writer);
    expect(writer.committer.store).toEqual({ name: 'the store' });
    expect(container!.get(Committer)).toBe(writer.committer);
    expect(container!.isBound(OtherToken)).toBe(false);
    await host.stop();
    expect(container!.isBound(Writer)).toBe(false);
  });
});

describe('the version', () => {
  it('is the one of the package', () => {
    const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
    expect(VERSION).toBe(manifest.version);
  });
});
