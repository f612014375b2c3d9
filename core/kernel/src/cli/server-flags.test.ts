import { readFile } from 'node:fs/promises';
import { expect, test } from '@jest/globals';
import { SERVER_FLAGS } from './server-flags.js';

const read = (path: string): Promise<string> => readFile(new URL(path, import.meta.url), 'utf8');

test('the command and `npm start` give Node.js the same flags', async () => {
  expect((await read('./main.ts')).split('\n')[0]).toBe(`#!/usr/bin/env -S node ${SERVER_FLAGS.join(' ')}`);
  const { scripts } = JSON.parse(await read('../../../../package.json')) as { scripts: Record<string, string> };
  expect(scripts.start).toBe(`node ${SERVER_FLAGS.join(' ')} scripts/start.mjs`);
});
