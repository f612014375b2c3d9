import { PassThrough } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { createLogger, moduleLogger } from './create-logger.js';

function capture() {
  const destination = new PassThrough();
  return { destination, text: () => String(destination.read() ?? '') };
}

describe('the logger', () => {
  it('writes one JSON object a line, with level, time, module and the stack of errors', () => {
    const { destination, text } = capture();
    const log = moduleLogger(createLogger({ destination }), 'storage-level');
    log.info('opened', { files: 3 });
    log.debug('not written');
    log.error('failed', { err: new TypeError('on purpose') });
    const lines = text()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines).toEqual([
      { level: 'info', time: expect.stringMatching(/^\d{4}-.*Z$/), module: 'storage-level', files: 3, msg: 'opened' },
      expect.objectContaining({
        level: 'error',
        msg: 'failed',
        err: expect.objectContaining({ type: 'TypeError', message: 'on purpose', stack: expect.any(String) }),
      }),
    ]);
  });

  it('writes lines for people when asked, in this process', () => {
    const { destination, text } = capture();
    moduleLogger(createLogger({ destination, pretty: true, level: 'debug' }), 'query').debug('asked', { rows: 2 });
    expect(text()).toMatch(/^\[.*\] DEBUG: \[query\] asked\n\s+rows: 2\n$/);
  });

  it('adds the module to the fields of any other logger', () => {
    const lines: unknown[] = [];
    const log = (message: string, fields?: object) => void lines.push([message, fields]);
    moduleLogger({ debug: log, info: log, warn: log, error: log }, 'query').warn('slow', { ms: 3 });
    expect(lines).toEqual([['slow', { module: 'query', ms: 3 }]]);
  });
});
