import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { QueryError } from './contract.js';
import { compilePattern } from './name-pattern.js';

const piece = fc.constantFrom(
  'a',
  'b',
  '_',
  '.',
  '\\w',
  '\\d',
  '[ab]',
  '[^a]',
  '[a-c_]',
  '(a|b)',
  '(?:ab)?',
  'a*',
  'b+',
  '(a|)',
  '(a*b){1,2}',
  'c{2}',
  '(b|c+)*',
  '.*?',
);

describe('compilePattern', () => {
  it('agrees with the regular expressions of the platform', () => {
    const name = fc.string({ unit: fc.constantFrom('a', 'b', 'c', '_', '1'), maxLength: 8 });
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 6 }), fc.array(piece, { maxLength: 3 }), name, (one, two, text) => {
        const pattern = two.length > 0 ? `${one.join('')}|${two.join('')}` : one.join('');
        expect(compilePattern(pattern)(text)).toBe(new RegExp(`^(?:${pattern})$`).test(text));
      }),
      { numRuns: 1000 },
    );
  });

  it('answers patterns that make others backtrack for ever', () => {
    for (const pattern of ['(a+)+!', '((a*)x?)*!', '(.*.*)*!', '(a|a)*!', '(.*a){12}!'])
      expect(compilePattern(pattern)('a'.repeat(5000))).toBe(false);
    expect(compilePattern('((a*)*)*')('a'.repeat(5000))).toBe(true);
    expect(compilePattern('^service_.+$')('service_cpm')).toBe(true);
  });

  it.each([
    '(',
    ')',
    '[',
    'a**',
    '*',
    'a{2,1}',
    '[b-a]',
    '(?=a)',
    '\\1',
    '\\b',
    'a\\',
    '(a{99}){99}',
    'x'.repeat(201),
    '('.repeat(50) + ')'.repeat(50),
  ])('refuses %.20s', (pattern) => {
    expect(() => compilePattern(pattern)).toThrow(QueryError);
  });
});
