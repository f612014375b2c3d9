// biome-ignore-all lint/suspicious/noTemplateCurlyInString: rules have interpolations of their own
import { describe, expect, it } from '@jest/globals';
import { evaluated, json, log, mistakesOf, NOW, start } from './lal.test.kit.js';

describe('expressions', () => {
  const body = log(
    json({ a: { b: [{ c: 'x' }, 2] }, n: 7, text: ' Ab ', code: '404', zero: 0, no: false, empty: [], nothing: null, deep: '{"k":[1]}' }),
  );

  it.each<[string, unknown]>([
    ['parsed.a.b[0].c', 'x'],
    ['parsed?.a?.b?[1]', 2],
    ['parsed.a.b[-1]', 2],
    ["parsed['a']['b']", [{ c: 'x' }, 2]],
    ['parsed.x.y.z', null],
    ['parsed?.x?.y?.trim()', null],
    ['parsed.n.x', null],
    ['parsed.constructor', null],
    ['parsed.__proto__', null],
    ['log.service', 'shop'],
    ['log.serviceInstance', 'i-1'],
    ['log.endpoint', '/cart'],
    ['log.layer', 'GENERAL'],
    ['log.timestamp', NOW - 5],
    ['log.traceContext.traceId', 't'],
    ['log.traceContext.traceSegmentId', 's'],
    ['log.traceContext.spanId', 2],
    ['log.body.type', 'plain'],
    ['log.body.text.text', ''],
    ['log.service.toUpperCase().length()', 4],
    ['tag("level")', 'INFO'],
    ['tag("missing")', ''],
    ['sourceAttribute("host")', 'h-1'],
    ['sourceAttribute("other")', ''],
    ['toJson(parsed.deep).k[0]', 1],
    ["toJsonArray('[3]')[0]", 3],
    ['toJson(null)', null],
    ['1 + 2', 3],
    ['1 + 2 * 3 - 4 / 2', 5],
    ["'a' + 1 + 2", 'a12'],
    ["'a' + null", 'anull'],
    ["'3' * 2", 6],
    ['-parsed.n', -7],
    ['1 + 2 as String', '3'],
    ["'12.7' as Integer", 12],
    ['-12.7 as Long', -12],
    ["'1.5' as Double", 1.5],
    ['null as Integer', null],
    ['null as String', null],
    ['null as Boolean', false],
    ["'TRUE' as Boolean", true],
    ["'no' as Boolean", false],
    ['parsed.a as String', '{"b":[{"c":"x"},2]}'],
    ['parsed.n == 7', true],
    ["parsed.n == '7'", true],
    ['parsed.code == 404', true],
    ["parsed.no == 'false'", true],
    ['parsed.nothing == null', true],
    ['parsed.n != 7', false],
    ['parsed.code as Integer < 405', true],
    ['parsed.nothing as Integer < 400', true],
    ['parsed.nothing >= 0', false],
    ["'abc' < 'abd'", true],
    ["'10' > '9'", true],
    ['!parsed.zero && !parsed.empty && !parsed.no && !parsed.nothing', true],
    ["parsed.text && parsed.n || ''", true],
    ['parsed.nothing ?: "else"', 'else'],
    ['parsed.n ?: "else"', 7],
    ["parsed.n > 5 ? 'many' : 'few'", 'many'],
    ["parsed.n > 9 ? 'many' : parsed.n > 8 ? 'some' : 'few'", 'few'],
    ['"${log.service}:${parsed.n + 1}$"', 'shop:8$'],
    ['"${log.service}:${"in ${parsed.n}"}"', 'shop:in 7'],
    ['parsed.text.trim().toLowerCase()', 'ab'],
    ["parsed.code.startsWith('4') && parsed.code.endsWith('4') && parsed.code.contains('0')", true],
    ["'a,b'.split(',')[1]", 'b'],
    ["'abcd'.substring(1, 3)", 'bc'],
    ["'a.b.c'.replace('.', '-')", 'a-b-c'],
    ['parsed.a.b.size()', 2],
    ['parsed.empty.isEmpty()', true],
    ['parsed.code =~ /^4\\d+$/', true],
    ["parsed.code ==~ '4'", false],
    ['parsed.nothing =~ /x/', false],
    ["'\\u0041\\n\\'\\\\'", "A\n'\\"],
  ])('%s', (expression, value) => {
    expect(evaluated(expression, body)).toEqual(value);
  });

  it.each([
    ["'x' as Integer", 'not-a-number'],
    ['3000000000 as Integer', 'out-of-range'],
    ['1 / 0', 'division-by-zero'],
    ["toJson('nope')", 'not-json'],
    ["toJson('[1]')", 'not-json'],
    ["'a' - 1", 'not-a-number'],
  ])('%s is of no use: %s', (expression, reason) => {
    expect(() => evaluated(expression)).toThrow(expect.objectContaining({ name: 'RuleError', reason }));
  });

  it('makes no text beyond its limit, however small the rule', () => {
    const doubled = Array.from({ length: 40 }, (_, i) => `def v${i + 1} = v${i} + v${i}`).join('\n');
    expect(() => start(`filter { def v0 = 'aaaaaaaa'\n${doubled} }`, log(''))).toThrow(expect.objectContaining({ reason: 'too-large' }));
    const replaced = `filter { def a = log.body.text.text def b = a.replace('x', a) }`;
    expect(() => start(replaced, log('x'.repeat(100_000)))).toThrow(expect.objectContaining({ reason: 'too-large' }));
  });

  it('sees a variable from where it is defined to the end of its block', () => {
    const { state } = start(`filter { def a = 1 if (a == 1) { def b = a + 1 extractor { tag 'b': b } } def b = 9 }`, log(''));
    expect(state.tags).toEqual([{ key: 'b', value: '2' }]);
    expect(mistakesOf('filter { if (1) { def b = 1 } extractor { tag x: b } }')).toEqual([expect.stringContaining('unknown name "b"')]);
    expect(mistakesOf('filter { def a = 1 def a = 2 }')).toEqual([expect.stringContaining('defined already')]);
  });
});
