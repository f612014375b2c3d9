import type { Clock, Logger } from '../api/facilities.js';
import type { AnyStreamToken } from '../api/tokens.js';
import type { ServiceContainer } from '../di/service-container.js';
import type { MetricRegistry } from '../metrics/metric-registry.js';
import type { MemoryGuard } from '../stream/memory-guard.js';
import type { Stream } from '../stream/stream.js';
import type { Contributions } from './contributions.js';
import type { HealthBoard } from './health-board.js';

/** What the modules of one host share. */
export interface HostParts {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly services: ServiceContainer;
  readonly contributions: Contributions;
  readonly metrics: MetricRegistry;
  readonly health: HealthBoard;
  readonly guard: MemoryGuard;
  /** The stream of a token; made when it is asked for first. */
  stream(token: AnyStreamToken): Stream<unknown>;
}
