import { type GrpcMethod, type Logger, type Meter, StatusError } from '@skein/core';
import { type AgentCommand, encodeCommands, MalformedError } from '@skein/proto';

/** A method by which agents ask for commands, again and again. */
export interface PolledMethod {
  readonly listener: string;
  readonly path: string;
  /** Throws {@link MalformedError} for bytes that are no request. */
  readonly commands: (request: Uint8Array) => Promise<readonly AgentCommand[]>;
}

/**
 * Answers polls. When the storage cannot be read there is nothing to do for now: the agent asks again, and an error would only fill its log.
 * The first failure after a success is logged, all are counted.
 */
export class PolledMethods {
  readonly #polls: ReturnType<Meter['counter']>;
  #failing = false;

  constructor(
    meter: Meter,
    private readonly logger: Logger,
  ) {
    this.#polls = meter.counter('polls_total', 'Questions of eBPF agents for tasks and policies, by outcome');
  }

  method({ listener, path, commands }: PolledMethod): GrpcMethod {
    const handle = async (request: Uint8Array): Promise<Uint8Array> => {
      try {
        const found = await commands(request);
        this.#failing = false;
        this.#polls.add(1, { outcome: found.length === 0 ? 'nothing' : 'commands' });
        return encodeCommands(found);
      } catch (error) {
        return this.#failed(path, error);
      }
    };
    return { listener, path, kind: 'unary', handle };
  }

  #failed(path: string, error: unknown): Uint8Array {
    if (error instanceof MalformedError) {
      this.#polls.add(1, { outcome: 'malformed' });
      throw new StatusError('INVALID_ARGUMENT', error.message, { cause: error });
    }
    this.#polls.add(1, { outcome: 'failed' });
    if (!this.#failing) this.logger.warn('eBPF agents get no tasks for now: the storage cannot be read', { path, error });
    this.#failing = true;
    return encodeCommands([]);
  }
}
