import Type, { type Static } from 'typebox';
import { ByteSize, Duration } from './units.js';

/** The `host` part of a configuration. */
export const HostConfig = Type.Object({
  zone: Type.Optional(
    Type.String({ description: 'IANA time zone of local hours and days, such as Europe/Berlin; default: that of the system' }),
  ),
  memory: Type.Optional(ByteSize({ minimum: '64MiB', description: 'resident memory above which intake is refused; default: no limit' })),
  log: Type.Object({
    level: Type.Enum(['debug', 'info', 'warn', 'error'], { default: 'info', description: 'least severe level that is logged' }),
    format: Type.Enum(['auto', 'pretty', 'json'], { default: 'auto', description: 'auto: pretty on a terminal, JSON lines elsewhere' }),
  }),
  deadlines: Type.Object({
    activate: Duration({ default: '10s', minimum: 1, maximum: '1d', description: 'longest time for wiring one module' }),
    ready: Duration({ default: '1m', minimum: 1, maximum: '1d', description: 'longest time for one module to become ready' }),
    drain: Duration({ default: '25s', minimum: 1, maximum: '1d', description: 'longest time for what is in flight at stop' }),
    deactivate: Duration({
      default: '10s',
      minimum: 1,
      maximum: '1d',
      description: 'longest time for one module to let go of what it holds',
    }),
  }),
});

export type HostConfig = Static<typeof HostConfig>;
