import { describe, expect, test } from '@jest/globals';
import { CORE_SOURCES } from '../sources/core-sources.js';
import { compileOal } from './compile.js';
import { formatOalProblem } from './problem.js';
import { ThingDefinition } from './test-source.js';

const compile = (...texts: string[]) =>
  compileOal({ scripts: texts.map((text, i) => ({ file: `${i + 1}.oal`, text })), sources: [ThingDefinition, ...CORE_SOURCES] });
const errors = (...texts: string[]) => compile(...texts).problems.map(formatOalProblem);

describe('what a compiled metric is', () => {
  test('its definition names scope, catalog, normal form and model', () => {
    const { metrics, problems } = compile(
      'a = from(Endpoint.latency).percentile2(10);b = from(Thing.*).labelCount(name).decorator("ThingDecorator");',
    );
    expect(problems).toEqual([]);
    expect(metrics).toMatchObject([
      { name: 'a', kind: 'labeled', scope: 'endpoint', scopeId: 3, catalog: 'ENDPOINT', signature: 'percentile2(10)', place: '1.oal:1:1' },
      { name: 'b', kind: 'labeled', scope: 'service', signature: 'labelCount(50)', model: { table: { key: 'string', maxKeys: 50 } } },
    ]);
  });

  test('an argument may come several times where a function says so', () => {
    const { metrics, problems } = compile('a = from(Thing.latency).avgHistogramPercentile(name, 50, 75, 99);');
    expect(problems).toEqual([]);
    expect(metrics).toMatchObject([{ kind: 'labeled', signature: 'avgHistogramPercentile(50,75,99)' }]);
  });

  test('every source has a plan, also without metrics', () => {
    expect([...compile('').plans.keys()]).toEqual([ThingDefinition, ...CORE_SOURCES]);
  });

  test('disable in any script, or from outside, drops a metric, and tells the name for others to heed', () => {
    const scripts = [
      { file: '1.oal', text: 'a = from(Thing.*).cpm();b = from(Thing.*).cpm();c = from(Thing.*).cpm();' },
      { file: '2.oal', text: 'disable(a);disable(segment);' },
    ];
    const { metrics, disabled, disabledOther } = compileOal({ scripts, sources: [ThingDefinition], disabled: ['c'] });
    expect(metrics.map((m) => m.name)).toEqual(['b']);
    expect([...disabled].sort()).toEqual(['a', 'c', 'segment']);
    expect(disabledOther).toEqual(['segment']);
  });
});

describe('mistakes', () => {
  test('of all scripts are told together, in order, and the rest is compiled', () => {
    const compiled = compile('a = from(Thing.*).cpm(;\nb = from(Thing.*).cpm();\nc = from(Thin.*).cpm();', 'd = from(Thing.latncy).sum();');
    expect(compiled.problems.map(formatOalProblem)).toEqual([
      `1.oal:1:23 expected ")", "*", a cast, a name, a number, a string or true or false, found ";"
    a = from(Thing.*).cpm(;
                          ^`,
      `1.oal:3:10 unknown source "Thin"; did you mean "Thing"?
    c = from(Thin.*).cpm();
             ^`,
      `2.oal:1:16 unknown attribute "latncy" of source Thing; did you mean "latency"?
    d = from(Thing.latncy).sum();
                   ^`,
    ]);
    expect(compiled.metrics.map((m) => m.name)).toEqual(['b']);
  });

  test('a metric defined twice names both places', () => {
    expect(errors('a = from(Thing.*).cpm();', '\n  a = from(Thing.*).count();')).toEqual([
      `2.oal:2:3 metric a is defined twice; first at 1.oal:1:1
      a = from(Thing.*).count();
      ^`,
    ]);
  });

  test.each([
    ['from(Thing.*).longAverg()', 'unknown function "longAverg"; did you mean "longAvg"?'],
    ['from(Thing.*).longAvg()', 'longAvg needs a number: name an attribute instead of "*"'],
    ['from(Thing.name).longAvg()', 'longAvg needs a number, and name is a string: cast it, (str->long)'],
    ['from(Thing.status).sum()', 'sum needs a number, and status is true or false'],
    ['from(Thing.color).sum()', 'sum needs a number, and color is the enum Color'],
    ['from(Thing.tag).sum()', 'tag is a map: write tag["key"]'],
    ['from(Thing.name["k"]).sum()', 'name is a string, not a map'],
    ['from(Thing.name.x).sum()', 'name has no attributes: it is a string'],
    ['from(Thing.inner.dpth).sum()', 'unknown attribute "dpth" of inner; did you mean "depth"?'],
    ['from(Thing.constructor).sum()', 'unknown attribute "constructor" of source Thing'],
    ['from(Thing.tag.*).sum()', 'tag has no attributes: it is a map'],
    ['from((str->long)Thing.latency).sum()', 'the cast (str->long) takes a string, and latency is a number (int)'],
    ['from((int)Thing.name).sum()', 'the cast (int) takes a number, and name is a string'],
    ['from(Thing.*).percent()', 'percent takes 1 argument, got 0: percent(a condition)'],
    ['from(Thing.*).percent(status)', 'percent needs a condition here'],
    ['from(Thing.*).cpm(1)', 'cpm takes 0 arguments, got 1'],
    ['from(Thing.latency).percentile2(0)', 'must be from 1 to 1000000'],
    ['from(Thing.latency).apdex(status, status)', 'apdex needs a string attribute here, and status is true or false'],
    ['from(Thing.latency).apdex(name, latency == 1)', 'apdex needs an attribute that is true or false here'],
    [
      'from(Thing.latency).sumHistogramPercentile(name)',
      'takes 2 arguments, got 1: sumHistogramPercentile(a string attribute, a number ...)',
    ],
    ['from(Thing.latency).sumHistogramPercentile(name, 50, 101)', 'must be from 1 to 100'],
    ['from(Thing.*).labelCount(name, 5000)', 'must be from 1 to 1000'],
    [
      'from(Thing.*).cpm().decorator("ThingDecorater")',
      'unknown decorator "ThingDecorater" of source Thing; did you mean "ThingDecorator"?',
    ],
    ['from(Thing.*).filter(color == Colour.RED).cpm()', 'unknown enum "Colour"; did you mean "Color"?'],
    ['from(Thing.*).filter(color == Color.REDD).cpm()', 'unknown constant "REDD" of enum Color; did you mean "RED"?'],
    ['from(Thing.*).filter(color == RequestType.MQ).cpm()', 'color is the enum Color and cannot be compared with a RequestType'],
    ['from(Thing.*).filter(color == "RED").cpm()', 'color is the enum Color: write Color.RED'],
    ['from(Thing.*).filter(name > 5).cpm()', 'name is a string and cannot be compared with a number: cast it, (str->long)'],
    ['from(Thing.*).filter(name == 5).cpm()', 'name is a string and cannot be compared with a number: cast it, (str->long)'],
    ['from(Thing.*).filter(latency == "5").cpm()', 'latency is a number (int) and cannot be compared with a string'],
    ['from(Thing.*).filter(latency in ["5"]).cpm()', 'latency is a number (int) and cannot be compared with a string'],
    ['from(Thing.*).filter(status == 1).cpm()', 'status is true or false and cannot be compared with a number'],
    ['from(Thing.*).filter(latency like "5%").cpm()', 'latency is a number (int); "like" looks into a string'],
    ['from(Thing.*).filter(name contain "5").cpm()', 'name is a string; "contain" looks into a list of strings'],
    ['from(Thing.*).filter(latency > 99999999999999999999).cpm()', 'above 2^53'],
  ])('%s', (text, message) => {
    const found = errors(`m = ${text};`);
    expect(found).toHaveLength(1);
    expect(found[0]!.split('\n')[0]).toContain(message);
  });
});
