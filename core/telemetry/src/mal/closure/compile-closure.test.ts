import { describe, expect, it } from '@jest/globals';
import { MAX_LABEL_LENGTH, MalRuntimeError } from '../index.js';
import { problems, run } from '../mal.test.kit.js';

const SERVICE = ".service(['s'], Layer.GENERAL)";

/** The name that a closure's body gives a service whose labels are a=1, b=two, empty='' and path='/x/y'. */
function tagged(body: string, labels = 's=a,a=1,b=two,empty=,path=/x/y,host=web-12.shop:80'): string {
  const [line = ''] = run(`x.tag({ tags -> ${body} })${SERVICE}`, `x{${labels}} 1`);
  return line.slice(0, -2);
}
const term = (text: string): string => tagged(`tags.s = '=' + (${text})`).slice(1);

describe('closures', () => {
  it.each([
    ['tags.b', 'two'],
    ["tags['b']", 'two'],
    ["tags.'b'", 'two'],
    ["tags['a' + '']", '1'],
    ["'none' + tags.none", 'none'],
    ["tags.none ?: 'else'", 'else'],
    ["tags.empty ?: tags.a ?: 'else'", '1'],
    ["tags.a == '1' ? 'yes' : 'no'", 'yes'],
    ["tags.none ? 'yes' : tags.a ? 'second' : 'no'", 'second'],
    ['tags.none == null', 'true'],
    ["tags.a != '1'", 'false'],
    ["tags.b in ['one', 'two']", 'true'],
    ["tags.b !in ['one', 'two']", 'false'],
    ["'b' in tags", 'true'],
    ["tags.a == '1' && tags.b == 'two' || false", 'true'],
    ['!tags.none', 'true'],
    ["tags.b =~ /w/ ? 'found' : 'not'", 'found'],
    ["tags.b =~ 'x' ? 'found' : 'not'", 'not'],
    ['tags.b ==~ /t.o/', 'true'],
    ['tags.b ==~ /w/', 'false'],
    ['(tags.host =~ /(\\w+)-(\\d+)/)[0][2]', '12'],
    ['(tags.host =~ /\\d+/)[1]', '80'],
    ["tags.host.split('\\\\.')[0]", 'web-12'],
    ["tags.host.split(':')[-1]", '80'],
    ["tags.host.split('x').size()", '1'],
    ["tags.path.split('/').size()", '3'],
    ["'a,b,,'.split(',').size()", '2'],
    ["tags.host.tokenize('-.:').join('+')", 'web+12+shop+80'],
    ["tags.host.substring(0, tags.host.indexOf('-'))", 'web'],
    ["tags.host.substring(tags.host.lastIndexOf(':') + 1).toInteger() + 1", '81'],
    ["tags.host.replaceAll('(\\\\w+)-(\\\\d+)', '$2-$1')", '12-web.shop:80'],
    ["tags.path.replace('/', '_')", '_x_y'],
    ["tags.path.replaceFirst('/', '')", 'x/y'],
    ['tags.b.toUpperCase().toLowerCase().capitalize()', 'Two'],
    ["tags.b.contains('w') && tags.b.startsWith('t') && tags.b.endsWith('o')", 'true'],
    ["tags.b.matches('t.*')", 'true'],
    ['tags.none?.trim()', ''],
    ['tags.b.length() * 2 - 6 / 3 % 2', '6'],
    ['tags.a.toDouble() < 2 && tags.a.toInteger() >= 1', 'true'],
    ["tags.b > 'three'", 'true'],
    ['-tags.a.toInteger() + 3', '2'],
    [`"<\${tags.b}-$tags.a\\$>"`, '<two-1$>'],
    ["['k': tags.b, j: 1].k", 'two'],
    ['[:].isEmpty()', 'true'],
    ["['p','q'].contains('q')", 'true'],
    ["tags.containsKey('a') && tags.getOrDefault('none', 'd') == 'd'", 'true'],
    ['Integer.parseInt(tags.a) + Math.max(2, 3)', '4'],
    ["'x'.padLeft(3, '0')", '00x'],
    ["'\\u0041\\n\\'\\d'.replace('\\n', '')", "A'\\d"],
    ["['a','b'] == ['a','b']", 'true'],
  ])('%s is %s', (text, expected) => {
    expect(term(text)).toBe(expected);
  });

  it.each([
    ["def x = tags.a\n  x += '2'\n  tags.s = x", '12'],
    ["String x = 'n'; if (tags.a == '1') { x = 'y' } else { x = 'z' } tags.s = x", 'y'],
    ["if (tags.a == '2') { tags.s = '2' } else if (tags.a == '1') { tags.s = '1' } else { tags.s = '0' }", '1'],
    ["if (tags.a == '1') return\n tags.s = 'never'", 'a'],
    ["if (tags.a == '1') { if (true) { return } }\n tags.s = 'never'", 'a'],
    ["if (!tags.none) tags.s = 'x'; else tags.s = 'y'", 'x'],
    ["tags.s = tags.a // the rest of the line says nothing\n /* nor\n does this */ tags.s += '!'", '1!'],
    ["def list = ['q', tags.b]\n tags.s = list[1] + list.size()", 'two2'],
    ["tags.put('s', 'put'); tags.remove('a'); tags.s = tags.s + tags.a", 'put'],
    ['tags.s = tags.a.toInteger() + 1', '2'],
    ["tags.s = null\n tags['s'] = 'again'", 'again'],
    ['def m = tags.host =~ /-(\\d+)/; if (m) { tags.s = m[0][1] }', '12'],
    ["def m = tags.host =~ /none/; if (m.find()) { tags.s = m[0][1] } else { tags.s = 'none' }", 'none'],
  ])('%s', (body, expected) => {
    expect(tagged(body)).toBe(expected);
  });

  it.each([
    ['tags.none.trim()', 'null has no method trim(); write ?.trim() where a label may be missing'],
    ['tags.b.toInteger()', 'the text "two" is no whole number'],
    ['tags.b.substring(9)', 'substring: 9 is not within 0 and 3'],
    ['tags.b - 1', undefined],
    ['(tags.b =~ /z/)[0]', 'there is no match 0'],
    ["tags.b in 'two'", 'the text "two" is no list'],
    ["tags.b.replaceAll('t', '$7')", 'the replacement "$7" cannot be used'],
    ["['a': tags].a", 'a map is no text'],
    ['[[1]]', 'a list is no text'],
  ])('%s fails for the set: %s', (text, message) => {
    if (message === undefined) expect(problems(`x.tag({ tags -> tags.s = ${text} })${SERVICE}`)).toHaveLength(1);
    else {
      expect(() => term(text)).toThrow(MalRuntimeError);
      expect(() => term(text)).toThrow(message);
    }
  });

  it('stops texts and lists that grow without end', () => {
    expect(() => tagged(`def x = 'xxxxxxxxxx'\n${'x = x + x\n'.repeat(40)}`)).toThrow(`longer than ${MAX_LABEL_LENGTH}`);
    expect(() => tagged(`def x = [1, 2]\n${'x = x + x\n'.repeat(40)}`)).toThrow('a list became longer');
    expect(() => tagged(`def x = 'x'.padLeft(1000)\ntags.s = x.replace(' ', x)`)).toThrow(`longer than ${MAX_LABEL_LENGTH}`);
  });

  it('calls functions of plugins, and no others', () => {
    const closureFunctions = new Map([['ProcessRegistry.virtual', (...args: readonly (string | null)[]) => args.join('/')]]);
    const exp = `x.tag({ tags -> tags.s = ProcessRegistry.virtual(tags.a, 'b') })${SERVICE}`;
    expect(run(exp, 'x{s=a,a=1} 1', { options: { closureFunctions } })).toEqual(['1/b 1']);
    expect(problems(exp)).toEqual([expect.stringMatching(/^1:\d+ unknown function "ProcessRegistry.virtual"/)]);
  });
});
