import { expect, it } from '@jest/globals';
import { findTargets } from './find-targets.js';
import { mutate, randomNumbers } from './mutate.js';

const RUNS = 400;
const targets = await findTargets();

it.each([...targets.values()].map((target) => [target.name, target] as const))(
  '%s survives mutated and random input',
  async (_name, target) => {
    const seeds = target.seeds();
    expect(seeds.length).toBeGreaterThan(0);
    for (const seed of seeds) await target.run(seed);
    const random = randomNumbers(20_241_215);
    for (let i = 0; i < RUNS; i++) {
      const input = mutate(seeds, random);
      try {
        await target.run(input);
      } catch (error) {
        throw new Error(`run ${i}, input ${Buffer.from(input).toString('base64')}`, { cause: error });
      }
    }
  },
  60_000,
);
