import { pino } from 'pino';
import { PinoPretty } from 'pino-pretty';
import type { Logger } from '../api/facilities.js';

/** The least severe level that is logged. */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent';

/** A logger that can make one for a part of the process. */
export interface ParentLogger extends Logger {
  /** A logger that adds these fields to every line. */
  child(fields: object): ParentLogger;
}

/** Options of {@link createLogger}. */
export interface LoggerOptions {
  /** Default `info`. */
  readonly level?: LogLevel;
  /** Lines for people instead of JSON. Default: whether the destination is a terminal. */
  readonly pretty?: boolean;
  /** Default: standard output. */
  readonly destination?: NodeJS.WritableStream & { readonly isTTY?: boolean };
}

/** A logger of one line per entry, written in this process: JSON, or colours for a terminal. `err` or `error` in the fields is written with its stack. */
export function createLogger({ level = 'info', pretty, destination = process.stdout }: LoggerOptions = {}): ParentLogger {
  const readable = pretty ?? destination.isTTY === true;
  const options = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    serializers: { err: pino.stdSerializers.err, error: pino.stdSerializers.err },
  };
  const stream = readable
    ? PinoPretty({
        destination,
        colorize: destination.isTTY === true,
        ignore: 'module',
        messageFormat: '{if module}[{module}] {end}{msg}',
        sync: true,
      })
    : destination;
  return wrap(pino(options, stream));
}

function wrap(log: pino.Logger): ParentLogger {
  return {
    debug: (message, fields) => log.debug(fields ?? {}, message),
    info: (message, fields) => log.info(fields ?? {}, message),
    warn: (message, fields) => log.warn(fields ?? {}, message),
    error: (message, fields) => log.error(fields ?? {}, message),
    child: (fields) => wrap(log.child(fields)),
  };
}

/** The logger of one module, whatever kind of logger the embedder gave. */
export function moduleLogger(logger: Logger, module: string): Logger {
  if ('child' in logger && typeof logger.child === 'function') return (logger as ParentLogger).child({ module });
  return {
    debug: (message, fields) => logger.debug(message, { module, ...fields }),
    info: (message, fields) => logger.info(message, { module, ...fields }),
    warn: (message, fields) => logger.warn(message, { module, ...fields }),
    error: (message, fields) => logger.error(message, { module, ...fields }),
  };
}
