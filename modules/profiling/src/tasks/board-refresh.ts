import type { Clock, Health, Logger } from '@skein/core';
import type { Storage } from '@skein/telemetry/storage';
import type { Task } from './task.js';
import type { TaskBoard } from './task-board.js';

/** Reads the tasks at start, as often as it takes, and then again and again where other servers write to the same storage. */
export class BoardRefresh implements Disposable {
  private timer: Disposable | undefined;
  private stopped = false;
  private failing = false;

  constructor(
    private readonly boards: readonly Pick<TaskBoard<Task>, 'refresh'>[],
    private readonly options: {
      readonly storage: Storage;
      readonly everyMs: number;
      readonly clock: Clock;
      readonly logger: Logger;
      readonly health: Health;
    },
  ) {}

  /** Resolves after the first try, whatever came of it. */
  async start(): Promise<void> {
    const { storage, clock, everyMs } = this.options;
    const again = !(await this.refreshed()) || storage.traits.writers === 'many';
    if (again && !this.stopped) this.timer = clock.setTimeout(() => void this.start(), everyMs);
  }

  [Symbol.dispose](): void {
    this.stopped = true;
    this.timer?.[Symbol.dispose]();
  }

  private async refreshed(): Promise<boolean> {
    const { health, logger } = this.options;
    try {
      for (const board of this.boards) await board.refresh();
      if (this.failing) health.ok();
      this.failing = false;
      return true;
    } catch (error) {
      if (!this.failing && !this.stopped) {
        logger.warn('profiling tasks cannot be read; agents get none meanwhile', { error });
        health.degraded('profiling tasks cannot be read', error);
      }
      this.failing = true;
      return false;
    }
  }
}
