import 'reflect-metadata';
import { Container } from 'inversify';
import type { ServiceToken } from '../api/tokens.js';

/** The services of one host: one root container, every service a single value. The host decides when they start and stop. */
export class ServiceContainer {
  readonly #container = new Container({ defaultScope: 'Singleton' });

  has(token: symbol): boolean {
    return this.#container.isBound(token);
  }

  provide<T>(token: ServiceToken<T>, value: T): void {
    this.#container.bind<T>(token).toConstantValue(value);
  }

  get<T>(token: ServiceToken<T>): T {
    return this.#container.get<T>(token);
  }

  /** Forgets all services. `unloadAsync` would not: it takes back inversify's container modules only. */
  release(): Promise<void> {
    return this.#container.unbindAllAsync();
  }
}
