import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Health, Logger } from '@skein/core';
import { checkModule, createTestHost, TestClock } from '@skein/core/testing';
import { type ConfigTree, DynamicConfigToken } from './contract.js';
import dynamicConfig from './module.js';
import { LONGEST_FILE } from './read-config-file.js';
import { WatchedSettings } from './watched-settings.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'skein-dynamic-'));
});
afterAll(() => rm(folder, { recursive: true }));

let files = 0;
/** A file, settings that read it, and what a watcher of `key` was told. */
async function rig(text: string | undefined, key = 'a') {
  const file = join(folder, `${files++}.yml`);
  if (text !== undefined) await writeFile(file, text);
  const errors: string[] = [];
  const states: string[] = [];
  const logger: Logger = {
    debug: () => {},
    info: () => {},
    warn: () => {},
    error: (_message, fields) => void errors.push(String((fields as { problem: string }).problem)),
  };
  const health: Health = { ok: () => void states.push('ok'), degraded: (reason) => void states.push(reason) };
  const settings = new WatchedSettings({ file, intervalMs: 1000, clock: new TestClock(0), logger, health });
  const told: (ConfigTree | undefined)[] = [];
  settings.watch(key, (value) => {
    if (value === 'refuse') throw new Error('not that');
    told.push(value);
  });
  await settings.refresh();
  const write = async (next: string) => {
    await writeFile(`${file}.new`, next);
    await rename(`${file}.new`, file);
    await settings.refresh();
  };
  return { file, settings, told, errors, states, write };
}

describe('dynamic settings', () => {
  it('tells a watcher the value of its key, with scalars as they were written, and again when it is another one', async () => {
    const { told, write } = await rig('a: { sample: 0.50, big: 1e3, flag: yes }\nb: 1\n');
    await write('b: 2\na: { sample: 0.50, big: 1e3, flag: yes }\n');
    await write('a: [x, null]\n');
    await write('b: 3\n');
    expect(told).toEqual([{ sample: '0.50', big: '1e3', flag: 'yes' }, ['x', 'null'], undefined]);
  });

  it('reads a block of text as YAML, as configuration centers hold it', async () => {
    const { told } = await rig('a: |\n  configurations:\n    shop:\n      agent.sample: 3\n');
    expect(told).toEqual([{ configurations: { shop: { 'agent.sample': '3' } } }]);
  });

  it('tells a watcher that comes later at once', async () => {
    const { settings } = await rig('a: 1\nb: 2\n');
    const told: unknown[] = [];
    const watching = settings.watch('b', (value) => told.push(value));
    expect(told).toEqual(['2']);
    watching[Symbol.dispose]();
  });

  it.each([
    ['what is no YAML', 'a: [1\n', /is no valid YAML.*line \d/s],
    ['a list', '- a\n', /expected keys and values/],
    ['a bad block of text', 'a: |\n  x: [1\n', /: a is no valid YAML/],
    [
      'a bomb of aliases',
      `x0: &x0 [1]\n${Array.from({ length: 30 }, (_, i) => `x${i + 1}: &x${i + 1} [*x${i}, *x${i}]`).join('\n')}\n`,
      /alias/,
    ],
    ['a value that its reader refuses', 'a: refuse\n', /: a: not that$/],
    ['a file that is too long', `a: ${'x'.repeat(LONGEST_FILE)}\n`, /at most 1048576/],
  ])('refuses %s, says so once, and keeps what was valid', async (_what, bad, problem) => {
    const { told, errors, states, write, settings } = await rig('a: 1\n');
    await write(bad);
    await settings.refresh();
    expect(told).toEqual(['1']);
    expect(errors).toEqual([expect.stringMatching(problem)]);
    expect(states.at(-1)).toMatch(problem);
    await write('a: 2\n');
    expect(told).toEqual(['1', '2']);
    expect(states.at(-1)).toBe('ok');
  });

  it('waits for a file that is not there yet', async () => {
    const { told, errors, write } = await rig(undefined);
    expect(errors).toEqual([expect.stringMatching(/there is no such file/)]);
    expect(told).toEqual([]);
    await write('a: here\n');
    expect(told).toEqual(['here']);
  });
});

it('works as a module, with a file and without', async () => {
  await checkModule({ module: dynamicConfig });
  await using none = await createTestHost({ modules: [dynamicConfig] });
  const told: unknown[] = [];
  none.get(DynamicConfigToken).watch('a', (value) => told.push(value));
  expect(told).toEqual([undefined]);
  const file = join(folder, 'module.yml');
  await writeFile(file, 'a: 1\n');
  await using some = await createTestHost({ modules: [dynamicConfig], config: { 'dynamic-config': { file } } });
  some.get(DynamicConfigToken).watch('a', (value) => told.push(value));
  expect(told).toEqual([undefined, '1']);
});
