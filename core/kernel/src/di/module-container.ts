import 'reflect-metadata';
import { Container } from 'inversify';
import type { ModuleContext, ServicesOf, Tokens } from '../api/module.js';

/**
 * A container for the classes of one module. It sees what the module names here, which are services it declared, and nothing else; its own
 * classes are bound by the module, in singleton scope. It is emptied when the module stops.
 *
 * @example
 * const container = moduleContainer(context, { storage: StorageToken });
 * container.bind(Committer).toSelf(); // class Committer { constructor(@inject(StorageToken) readonly storage: Storage) {} }
 */
export function moduleContainer<N extends Tokens>(
  context: { readonly services: ServicesOf<N>; readonly own: ModuleContext['own'] },
  tokens: N,
): Container {
  const container = new Container({ defaultScope: 'Singleton' });
  for (const [key, token] of Object.entries(tokens)) {
    const value = context.services[key];
    if (value !== undefined) container.bind(token).toConstantValue(value);
  }
  context.own(() => container.unbindAllAsync());
  return container;
}
