import { randomUUID } from 'node:crypto';
import { skywalking } from '../gen/skywalking.js';

/** Something that an agent is asked to do, in reply to a call of its own. Names and keys: receivers.md 4. */
export interface AgentCommand {
  readonly name: string;
  /** In order; the serial number comes before them. */
  readonly args: ReadonlyArray<readonly [key: string, value: string]>;
}

/** A `Commands` message, with a serial number of its own for each command: agents do none twice that has the same. */
export function encodeCommands(commands: readonly AgentCommand[]): Uint8Array {
  return skywalking.v3.Commands.encode({
    commands: commands.map(({ name, args }) => ({
      command: name,
      args: [['SerialNumber', randomUUID()] as const, ...args].map(([key, value]) => ({ key, value })),
    })),
  }).finish();
}
