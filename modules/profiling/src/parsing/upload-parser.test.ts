import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { afterAll, describe, expect, it, jest } from '@jest/globals';
import { TestClock } from '@skein/core/testing';
import { parseUpload } from './parse-upload.js';
import { UploadParser } from './upload-parser.js';

// Some tests do much, and machines may be busy.
jest.setTimeout(30_000);

const jfr = gunzipSync(readFileSync(new URL('../../fixtures/load.jfr.gz', import.meta.url)));
const BUILT = new URL('../../dist/parsing/parse-worker.js', import.meta.url);
const folder = mkdtempSync(join(tmpdir(), 'upload-parser-'));
afterAll(() => rmSync(folder, { recursive: true }));

const clock = new TestClock();
/** A parser whose thread runs this text. */
function parserWith(code: string, options: { readonly maxHeapMb?: number } = {}): UploadParser {
  const file = join(folder, `${Math.random().toString(36).slice(2)}.mjs`);
  writeFileSync(file, `import { parentPort, workerData } from 'node:worker_threads';\n${code}`);
  return new UploadParser({ timeoutMs: 1000, clock, worker: pathToFileURL(file), ...options });
}
const ANSWER = 'parentPort.postMessage({ problem: [workerData.kind, workerData.file.length].join(" ") });';

describe('a thread for each upload', () => {
  it('is given the file, and its answer is the outcome; one after another', async () => {
    await using parser = parserWith(ANSWER);
    const outcomes = await Promise.all([parser.parse('jfr', Buffer.alloc(3)), parser.parse('go', Buffer.alloc(4))]);
    expect(outcomes).toEqual([{ problem: 'jfr 3' }, { problem: 'go 4' }]);
  });

  it('that takes too long is ended', async () => {
    await using parser = parserWith('for (;;);');
    const outcome = parser.parse('jfr', Buffer.alloc(1));
    await clock.advance(1000);
    expect(await outcome).toEqual({ problem: 'it could not be parsed in 1000 ms' });
  });

  it('that takes too much memory is a problem of the file', async () => {
    await using parser = parserWith('const all = []; for (;;) all.push(new Array(1000).fill(all.length));', { maxHeapMb: 16 });
    expect(await parser.parse('jfr', Buffer.alloc(1))).toEqual({ problem: 'it takes more than 16 MB to parse' });
  });

  it('that fails or ends without an answer is an error, and the next upload has a new one', async () => {
    await using failing = parserWith('throw new Error("a mistake");');
    await expect(failing.parse('jfr', Buffer.alloc(1))).rejects.toThrow('a mistake');
    await using silent = parserWith(`if (workerData.kind === 'go') { ${ANSWER} }`);
    await expect(silent.parse('jfr', Buffer.alloc(1))).rejects.toThrow('ended without an answer');
    expect(await silent.parse('go', Buffer.alloc(1))).toEqual({ problem: 'go 1' });
  });

  it('is ended with the module; who waits is told', async () => {
    const parser = parserWith('for (;;);');
    const outcomes = Promise.allSettled([parser.parse('jfr', Buffer.alloc(1)), parser.parse('jfr', Buffer.alloc(1))]);
    await new Promise((done) => setTimeout(done, 0));
    await parser[Symbol.asyncDispose]();
    expect((await outcomes).map((outcome) => (outcome as PromiseRejectedResult).reason.code)).toEqual(['CLOSED', 'CLOSED']);
  });

  it('is refused when too many wait', async () => {
    await using parser = new UploadParser({ timeoutMs: 1000, clock });
    const outcomes = await Promise.allSettled(Array.from({ length: 33 }, () => parser.parse('jfr', Buffer.alloc(1))));
    expect(outcomes.filter(({ status }) => status === 'rejected')).toHaveLength(1);
    expect((outcomes.at(-1) as PromiseRejectedResult).reason.code).toBe('REFUSED');
  });

  it('as it is built finds what is found without it', async () => {
    // `npm test` builds before it tests.
    expect(existsSync(BUILT)).toBe(true);
    await using parser = new UploadParser({ timeoutMs: 60_000, clock, worker: BUILT });
    expect(await parser.parse('jfr', jfr)).toEqual(parseUpload('jfr', jfr));
    expect(await parser.parse('pprof', Buffer.from('x'))).toEqual(parseUpload('pprof', Buffer.from('x')));
  });
});

it('parses in the process where there is no thread beside the file', async () => {
  await using parser = new UploadParser({ timeoutMs: 1000, clock });
  expect(await parser.parse('jfr', jfr)).toEqual(parseUpload('jfr', jfr));
});
