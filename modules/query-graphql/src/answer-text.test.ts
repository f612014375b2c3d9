import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { answerText } from './answer-text.js';

const text = async (answer: object) => Buffer.from(await answerText(answer)).toString('utf8');

it('writes what JSON.stringify writes', async () => {
  const list = fc.array(fc.jsonValue(), { maxLength: 30 });
  await fc.assert(
    fc.asyncProperty(fc.dictionary(fc.string({ unit: 'binary' }), fc.oneof(fc.jsonValue(), list)), async (answer) => {
      expect(await text(answer)).toBe(JSON.stringify(answer));
    }),
    { numRuns: 100 },
  );
});

it('writes long lists of items of any size', async () => {
  const items = Array.from({ length: 5000 }, (_, i) => ({ i, text: 'x'.repeat(i % 97 === 0 ? 50_000 : i % 7) }));
  expect((await text({ data: { items } })) === JSON.stringify({ data: { items } })).toBe(true);
});
