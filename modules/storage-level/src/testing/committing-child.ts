import { writeSync } from 'node:fs';
import { LevelStorage } from '../level-storage.js';
import { testOptions } from './make-storage.js';
import { NUMBERED_MODELS, numberedCommit } from './numbered-commits.js';

/**
 * A process of its own that commits numbered commits until it is killed, and prints the number of each one that was acknowledged.
 * Arguments: data directory, first number. Flushes all the time, so that it is killed in the middle of flushes too.
 */
const [path, first] = process.argv.slice(2);
const storage = new LevelStorage(testOptions(path!, { sync: true, flushMs: 15, journalFileBytes: 40_000 }));
await storage.open(NUMBERED_MODELS, { zone: 'Asia/Kolkata' });
const { signal } = new AbortController();
for (let n = Number(first); ; n++) {
  await storage.commit(numberedCommit(n), signal);
  writeSync(1, `${n}\n`);
  if (n % 5 === 0) await storage.commit(numberedCommit(n), signal);
}
