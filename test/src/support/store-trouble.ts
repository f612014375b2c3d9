import type { AnyModule } from '@skein/core/host';
import type { Storage } from '@skein/telemetry/storage';

/** What may be wrong with a store, switched on and off while it runs. */
export class StoreTrouble {
  /** Every commit takes this many ms longer. */
  delayMs = 0;
  /** The next commits that fail. */
  failures = 0;
  private gate: Promise<void> | undefined;
  private opened: (() => void) | undefined;

  /** Commits hang from now on, until {@link release}. */
  block(): void {
    this.gate ??= new Promise((open) => {
      this.opened = open;
    });
  }

  release(): void {
    this.opened?.();
    this.gate = undefined;
    this.opened = undefined;
  }

  /** The same storage module, whose commits go through this trouble first. */
  wrap(module: AnyModule): AnyModule {
    return {
      ...module,
      activate: (context) =>
        module.activate?.(
          replacing(context, 'provide', (token: never, value: Storage) =>
            context.provide(
              token,
              replacing(value, 'commit', (...args: Parameters<Storage['commit']>) => this.commit(value, args)) as never,
            ),
          ),
        ),
    };
  }

  private async commit(storage: Storage, args: Parameters<Storage['commit']>): Promise<void> {
    await this.gate;
    if (this.delayMs > 0) await new Promise((done) => setTimeout(done, this.delayMs));
    if (this.failures > 0) {
      this.failures--;
      throw new Error('the disk says no');
    }
    await storage.commit(...args);
  }
}

/** The same object with one method replaced; the others run on the original, whose private fields they need. */
function replacing<T extends object>(target: T, name: keyof T, method: (...args: never[]) => unknown): T {
  return new Proxy(target, {
    get: (from, key) => {
      if (key === name) return method;
      const value = Reflect.get(from, key, from) as unknown;
      return typeof value === 'function' ? value.bind(from) : value;
    },
  });
}
