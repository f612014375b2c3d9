// biome-ignore-all lint/suspicious/noTemplateCurlyInString: rules have interpolations of their own
import { describe, expect, it } from '@jest/globals';
import { type LogMessage, Zone } from '@skein/telemetry';
import fc from 'fast-check';
import { compileScript } from './compile-script.js';
import { LalMistake, RuleError } from './lal-error.js';
import { LogContent } from './log-content.js';
import { OUTPUT_TYPES } from './output-fields.js';
import { parseScript } from './parse-script.js';
import { printScript } from './print.js';
import { RuleRun } from './rule-run.js';
import type { Expression, Statement, Step } from './syntax-tree.js';
import { compileTimeFormat } from './time-format.js';

const NOW = Date.UTC(2024, 0, 2, 3, 4);
const log = (body: LogMessage['body'] | string, more: Partial<LogMessage> = {}): LogMessage => ({
  timestamp: NOW - 5,
  service: 'shop',
  serviceInstance: 'i-1',
  endpoint: '/cart',
  layer: 'GENERAL',
  type: 'plain',
  body: typeof body === 'string' ? { format: 'text', content: body } : body,
  trace: { traceId: 't', segmentId: 's', spanId: 2 },
  tags: [
    { key: 'level', value: 'INFO' },
    { key: 'LOG_KIND', value: 'SLOW_SQL' },
  ],
  source: new Map([['host', 'h-1']]),
  weight: 1,
  ...more,
});
const json = (value: unknown): LogMessage['body'] => ({ format: 'json', content: JSON.stringify(value) });

interface Limits {
  readonly zone?: string;
  readonly allows?: (id: string, perMinute: number) => boolean;
}

function start(script: string, message: LogMessage, { zone = 'UTC', allows = () => true }: Limits = {}, outputType = 'Log') {
  const { run, mistakes } = compileScript(parseScript(script), OUTPUT_TYPES.get(outputType)!);
  expect(mistakes.map(({ message: text }) => text)).toEqual([]);
  const tools = { zone: new Zone(zone), now: () => NOW, allows, isLayer: (name: string) => ['GENERAL', 'MYSQL'].includes(name) };
  const state = new RuleRun(message, new LogContent(message), tools);
  return { state, ended: run(state) };
}
/** The value of an expression, as JSON has it. */
function evaluated(expression: string, message: LogMessage = log(json({}))): unknown {
  const { state } = start(`filter { json { abortOnFailure false } def result = ${expression} }`, message);
  return state.variables[0];
}
const mistakesOf = (script: string, outputType = 'Log'): string[] => {
  try {
    return compileScript(parseScript(script), OUTPUT_TYPES.get(outputType)!).mistakes.map(({ offset, message }) => `${offset} ${message}`);
  } catch (error) {
    if (!(error instanceof LalMistake)) throw error;
    return [`${error.offset} ${error.message}`];
  }
};

describe('parsers', () => {
  it.each([
    ['json', json({ a: 1 })],
    ['json', { format: 'text', content: '{"a":1}' } as const],
    ['yaml', { format: 'yaml', content: 'a: 1\nb: [x]' } as const],
  ])('%s reads the body and fills in what the log says of itself', (parser, body) => {
    const { state, ended } = start(`filter { ${parser} {} }`, log(body));
    expect(ended).toBe(true);
    expect(state.parsed).toMatchObject({
      a: 1,
      service: 'shop',
      serviceInstance: 'i-1',
      endpoint: '/cart',
      layer: 'GENERAL',
      timestamp: NOW - 5,
    });
  });

  it('keeps what the body says of service and time', () => {
    expect(start('filter { json {} }', log(json({ service: 'mine' }))).state.parsed).toMatchObject({ service: 'mine' });
  });

  it('makes a JSON body of a text that is JSON, for the rule that asks', () => {
    expect(start('filter { json {} }', log('{"a":1}')).state.body).toEqual({ format: 'json', content: '{"a":1}' });
    expect(start('filter { }', log('{"a":1}')).state.body.format).toBe('text');
  });

  it.each([
    ['json', 'no json'],
    ['json', '[1]'],
    ['json', `${'['.repeat(100)}${']'.repeat(100)}`],
    ['json', `{"a":${'[{},'.repeat(60)}${'[],'.repeat(60_000)}1${']'.repeat(60)}}`],
    ['yaml', '- a'],
    ['yaml', 'a: [1'],
    ['yaml', 'a: &a [1]\nb: *a'],
    ['yaml', `a: ${'['.repeat(20_000)}`],
    ['yaml', '- '.repeat(8000)],
    ['yaml', `a: ${'['.repeat(900)}`],
    ['yaml', 'a: 1\nb:\n'.repeat(3000)],
    ['yaml', `a: ${'x'.repeat(70_000)}`],
    ['text', 'nothing that matches'],
  ])('%s aborts for a body that it cannot read, unless told otherwise', (parser, content) => {
    const regexp = parser === 'text' ? 'regexp "(?<n>\\\\d+)"' : '';
    expect(start(`filter { ${parser} { ${regexp} } sink {} }`, log(content)).ended).toBe(false);
    const lenient = start(`filter { ${parser} { ${regexp} abortOnFailure false } sink {} }`, log(content));
    expect(lenient.ended).toBe(true);
    expect(lenient.state.parsed).toBeNull();
  });

  it('names groups of a regular expression, found anywhere, in each way of writing one', () => {
    const written = [
      '$/(?<level>[A-Z]+): (?<code>\\d+)(?<none>x)?/$',
      '/(?<level>[A-Z]+): (?<code>\\d+)(?<none>x)?/',
      "'(?<level>[A-Z]+): (?<code>\\\\d+)(?<none>x)?'",
    ];
    for (const regexp of written) {
      const { state } = start(`filter { text { regexp ${regexp} } }`, log('at 3 WARN: 17 items'));
      expect({ ...(state.parsed as object) }).toEqual({ level: 'WARN', code: '17', none: null });
    }
  });

  it('takes time proportional to the text for expressions that make others backtrack', () => {
    const script = 'filter { text { regexp $/(?<a>(a+)+)+$$/$ abortOnFailure false } sink {} }';
    expect(start(script, log(`${'a'.repeat(30_000)}!`)).ended).toBe(true);
  });
});

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

describe('the extractor', () => {
  it('sets what the log says, and keeps what it is given nothing for', () => {
    const script = `filter {
      json {}
      extractor {
        service parsed.svc as String
        instance parsed.missing
        endpoint "/\${parsed.page}"
        layer 'MYSQL'
        traceId parsed.trace
        segmentId parsed.segment
        spanId parsed.span as Integer
        timestamp parsed.time
        tag 'status.code': parsed.status, level: parsed.level
        tag(none: parsed.missing)
      }
    }`;
    const { state } = start(
      script,
      log(json({ svc: 'db', page: 'p', trace: 't2', segment: 's2', span: '4', time: '1700000000123', status: 500, level: 'ERROR' })),
    );
    expect(state).toMatchObject({
      service: 'db',
      instance: 'i-1',
      endpoint: '/p',
      layer: 'MYSQL',
      traceId: 't2',
      segmentId: 's2',
      spanId: 4,
      timestamp: 1_700_000_000_123,
    });
    expect(state.tags).toEqual([
      { key: 'status.code', value: '500' },
      { key: 'level', value: 'ERROR' },
    ]);
  });

  it('reads times by a format, in the zone of the host unless they name one', () => {
    const at = (format: string, time: string, zone: string) =>
      start(`filter { json {} extractor { timestamp parsed.at as String, '${format}' } }`, log(json({ at: time })), { zone }).state
        .timestamp;
    expect(at('yyyy-MM-dd HH:mm:ss.SSS', '2024-01-02 03:04:05.678', 'Asia/Kolkata')).toBe(Date.UTC(2024, 0, 1, 21, 34, 5, 678));
    expect(at('dd/MMM/yyyy:HH:mm:ss Z', '02/Jan/2024:03:04:05 +0800', 'UTC')).toBe(Date.UTC(2024, 0, 1, 19, 4, 5));
  });

  it('measures, with the time of the log unless another is given', () => {
    const script = `filter { extractor { metrics {
      name "log_count"
      labels service: log.service, level: tag("level"), none: parsed?.x
      value 2 + 1
    } metrics { name 'other' timestamp 5 value '1.5' } } }`;
    const { state } = start(script, log(''));
    expect(state.metrics).toEqual([
      {
        name: 'log_count',
        labels: new Map([
          ['service', 'shop'],
          ['level', 'INFO'],
          ['none', ''],
        ]),
        value: 3,
        timestamp: NOW - 5,
      },
      { name: 'other', labels: new Map(), value: 1.5, timestamp: 5 },
    ]);
  });

  it('sets the fields of the output that the rule has, and those of blocks as older rules write them', () => {
    const fields = 'statement "select 1" latency 7 as Long id "x"';
    expect([...start(`filter { extractor { ${fields} } }`, log(''), {}, 'SlowSQL').state.outputs]).toEqual([
      ['statement', 'select 1'],
      ['latency', 7],
      ['id', 'x'],
    ]);
    expect([...start(`filter { extractor { slowSql { ${fields} } } }`, log('')).state.slowSql!]).toHaveLength(3);
    expect(mistakesOf('filter { extractor { statement "a" } }')).toEqual([
      expect.stringContaining('unknown statement in extractor "statement"'),
    ]);
  });

  it('refuses a layer that nobody knows', () => {
    expect(() => start("filter { extractor { layer 'NOWHERE' } }", log(''))).toThrow(RuleError);
  });
});

describe('the sink', () => {
  const decision = (sink: string, limits: Limits = {}): string =>
    start(`filter { json { abortOnFailure false } ${sink} }`, log(json({ bad: true })), limits).state.decision;

  it.each([
    ['', 'none'],
    ['sink {}', 'keep'],
    ['sink { dropper {} }', 'drop'],
    ['sink { dropper {} enforcer {} }', 'keep'],
    ['sink { if (parsed.bad) { dropper {} } else { enforcer {} } }', 'drop'],
    ["sink { sampler { rateLimit('a') { rpm 5 } } }", 'keep'],
  ])('%s decides %s', (sink, expected) => {
    expect(decision(sink)).toBe(expected);
  });

  it('asks the limit of the id at hand, and lets an enforcer overrule it', () => {
    const asked: unknown[] = [];
    const allows = (...question: [string, number]): boolean => {
      asked.push(question);
      return false;
    };
    const sampler =
      'sampler { if (!parsed.bad) { rateLimit("x") { rpm 1 } } else { rateLimit("${log.service}:${parsed.bad}") { rpm 6000 } } }';
    expect(decision(`sink { ${sampler} }`, { allows })).toBe('drop');
    expect(decision(`sink { ${sampler} enforcer {} }`, { allows })).toBe('keep');
    expect(asked).toEqual([
      ['shop:true', 6000],
      ['shop:true', 6000],
    ]);
  });

  it('is not reached by a log that aborts', () => {
    const { state, ended } = start(`filter { if (tag("level") == 'INFO') { abort {} } else if (1) { sink {} } sink {} }`, log(''));
    expect([ended, state.decision]).toEqual([false, 'none']);
  });
});

describe('mistakes', () => {
  it.each([
    ['filter {', 'found the end of the rule'],
    ['filtr { }', 'did you mean "filter"'],
    ['filter {} filter {}', 'one filter'],
    ['filter { jsn {} }', 'did you mean "json"'],
    ['filter { json 5 }', 'json takes a block'],
    ['filter { json { depth 5 } }', 'json knows only abortOnFailure'],
    ['filter { text { regexp "(" } }', 'cannot be read'],
    ['filter { text { regexp "(?=a)" } }', 'cannot be read'],
    ['filter { text { regexp parsed.a } }', 'plain text'],
    ['filter { extractor { servce 1 } }', 'did you mean "service"'],
    ['filter { extractor { service } }', 'takes one value'],
    ['filter { extractor { tag 5 } }', 'tag takes pairs'],
    ['filter { extractor { timestamp parsed.a, "qq" } }', 'not known in time formats'],
    ['filter { extractor { metrics { value 1 } } }', 'needs a name'],
    ['filter { sink { sampler { rateLimit("a") { } } } }', 'needs rpm'],
    ['filter { sink { sampler { rateLimit("a") { rpm "x" } } } }', 'whole number'],
    ['filter { sink { sampler { possibility { rate 5 } } } }', 'no possibility sampler'],
    ['filter { def a = log }', 'members only'],
    ['filter { def a = log.servic }', 'did you mean "log.service"'],
    ['filter { def a = parse.x }', 'did you mean "parsed"'],
    ['filter { def a = tags("x") }', 'did you mean "tag"'],
    ['filter { def a = tag() }', 'tag takes 1 arguments, not 0'],
    ['filter { def a = "x".eval("1") }', 'unknown method "eval"'],
    ['filter { def a = 1 as Strng }', 'did you mean "String"'],
    ['filter { def a = /x/ }', 'can only stand after'],
    ["filter { def a = 'x }", 'no end on its line'],
    ['filter { /* }', 'this comment has no end'],
    [`filter { def a = ${'('.repeat(5000)}1${')'.repeat(5000)} }`, 'nested too deeply'],
    [`filter { def a = ${'!'.repeat(100)}1 }`, 'nested deeper than 64'],
    [`filter { ${'if (1) {'.repeat(100)}${'}'.repeat(100)} }`, 'nested deeper than 64'],
    [`filter { ${'abort {} '.repeat(3000)} }`, 'more than 2000 statements'],
    [`filter { ${' '.repeat(70_000)} }`, 'longer than'],
  ])('%.60s', (script, message) => {
    expect(mistakesOf(script)[0]).toContain(message);
  });

  it('are told all at once, each with its place', () => {
    expect(mistakesOf('filter { jsn {} def a = lag sink { droper {} } }').map((m) => m.split(' ', 1)[0])).toEqual(['9', '24', '35']);
  });
});

describe('times', () => {
  it.each<[string, string, number | undefined]>([
    ['yyyy-MM-dd HH:mm:ss', '2024-01-02 03:04:05', Date.UTC(2024, 0, 2, 3, 4, 5)],
    ['yyyyMMddHHmmssSSS', '20240102030405678', Date.UTC(2024, 0, 2, 3, 4, 5, 678)],
    ["yyyy-MM-dd'T'HH:mm:ss.SSSSSSXXX", '2024-01-02T03:04:05.678901Z', Date.UTC(2024, 0, 2, 3, 4, 5, 678)],
    ['EEE MMM d hh:mm:ss a yyyy', 'Tue Jan 2 03:04:05 PM 2024', Date.UTC(2024, 0, 2, 15, 4, 5)],
    ['yyyy/MM/dd', '2024/02/30', undefined],
    ['HH:mm', '24:00', undefined],
    ['yyyy-MM-dd', '2024-01-02 tail', undefined],
    ['yyyy-MM-dd', 'x', undefined],
    ["''yy''", "'24'", Date.UTC(2024, 0, 1)],
  ])('%s reads %s', (format, text, instant) => {
    expect(compileTimeFormat(format, 0)(text, new Zone('UTC'))).toBe(instant);
  });

  it('never throw for a text, whatever it is', () => {
    const read = compileTimeFormat("EEE dd/MMM/yyyy'T'HH:mm:ss.SSS a z", 0);
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => expect(typeof read(text, new Zone('UTC'))).toMatch(/number|undefined/)));
  });
});

describe('printing', () => {
  const word = fc.constantFrom('parsed', 'log', 'x', 'service', 'iffy', 'aslong', 'tag');
  const text = fc.string({ unit: 'binary', maxLength: 8 });
  const expression: fc.Arbitrary<Expression> = fc.letrec<{ any: Expression }>((tie) => ({
    any: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      fc.oneof(
        fc.record({
          kind: fc.constant('literal' as const),
          at: fc.constant(0),
          value: fc.oneof(
            text,
            fc.nat(),
            fc.double({ min: 0, max: 1e30, noNaN: true, noDefaultInfinity: true }).filter((n) => n > 1e-5),
            fc.boolean(),
            fc.constant(null),
          ),
        }),
        fc.record({ kind: fc.constant('name' as const), at: fc.constant(0), name: word }),
      ),
      fc.record({
        kind: fc.constantFrom('and' as const, 'or' as const),
        at: fc.constant(0),
        parts: fc.array(tie('any'), { minLength: 2, maxLength: 3 }),
      }),
      fc.record({
        kind: fc.constant('unary' as const),
        at: fc.constant(0),
        operator: fc.constantFrom('!' as const, '-' as const),
        value: tie('any'),
      }),
      fc.record({ kind: fc.constant('cast' as const), at: fc.constant(0), value: tie('any'), type: fc.constantFrom('String', 'Long') }),
      fc.record({
        kind: fc.constant('compare' as const),
        at: fc.constant(0),
        operator: fc.constantFrom(
          '==' as const,
          '!=' as const,
          '<' as const,
          '<=' as const,
          '>' as const,
          '>=' as const,
          '=~' as const,
          '==~' as const,
        ),
        left: tie('any'),
        right: tie('any'),
      }),
      fc.record({
        kind: fc.constant('arithmetic' as const),
        at: fc.constant(0),
        first: tie('any'),
        rest: fc.oneof(
          fc.array(fc.record({ operator: fc.constantFrom('+' as const, '-' as const), value: tie('any') }), { minLength: 1, maxLength: 3 }),
          fc.array(fc.record({ operator: fc.constantFrom('*' as const, '/' as const), value: tie('any') }), { minLength: 1, maxLength: 3 }),
        ),
      }),
      fc.record({ kind: fc.constant('elvis' as const), at: fc.constant(0), value: tie('any'), otherwise: tie('any') }),
      fc.record({
        kind: fc.constant('ternary' as const),
        at: fc.constant(0),
        condition: tie('any'),
        // biome-ignore lint/suspicious/noThenProperty: the tree has it
        then: tie('any'),
        otherwise: tie('any'),
      }),
      fc.record({ kind: fc.constant('function' as const), at: fc.constant(0), name: word, args: fc.array(tie('any'), { maxLength: 2 }) }),
      fc.record({
        kind: fc.constant('template' as const),
        at: fc.constant(0),
        parts: fc.tuple(
          text.filter((t) => t !== ''),
          tie('any'),
        ),
      }),
      fc.record({
        kind: fc.constant('path' as const),
        at: fc.constant(0),
        base: fc.record({ kind: fc.constant('name' as const), at: fc.constant(0), name: word }),
        steps: fc.array(
          fc.oneof<fc.Arbitrary<Step>[]>(
            fc.record({ kind: fc.constant('member' as const), at: fc.constant(0), name: text }),
            fc.record({ kind: fc.constant('index' as const), at: fc.constant(0), index: tie('any') }),
            fc.record({ kind: fc.constant('call' as const), at: fc.constant(0), name: word, args: fc.array(tie('any'), { maxLength: 2 }) }),
          ),
          { minLength: 1, maxLength: 3 },
        ),
      }),
    ),
  })).any;
  const statements: fc.Arbitrary<readonly Statement[]> = fc.letrec<{ list: Statement[]; one: Statement }>((tie) => ({
    list: fc.array(tie('one'), { maxLength: 3 }),
    one: fc.oneof(
      { maxDepth: 3 },
      fc.record({ kind: fc.constant('def' as const), at: fc.constant(0), name: word, value: expression }),
      fc.record({
        kind: fc.constant('command' as const),
        at: fc.constant(0),
        name: word,
        args: fc.array(expression, { maxLength: 2 }),
        pairs: fc.constant([]),
        body: fc.option(tie('list')),
      }),
      fc.record({
        kind: fc.constant('command' as const),
        at: fc.constant(0),
        name: word,
        args: fc.constant([]),
        pairs: fc.array(fc.record({ at: fc.constant(0), key: text, value: expression }), { maxLength: 2 }),
        body: fc.option(tie('list')),
      }),
      fc.record({
        kind: fc.constant('if' as const),
        at: fc.constant(0),
        branches: fc.array(fc.record({ condition: expression, body: tie('list') }), { minLength: 1, maxLength: 2 }),
        otherwise: fc.option(tie('list')),
      }),
    ),
  })).list;
  const withoutPlaces = (tree: unknown): unknown =>
    JSON.parse(JSON.stringify(tree, (key, value: unknown) => (key === 'at' ? undefined : value)));

  it('and reading agree', () => {
    fc.assert(
      fc.property(statements, (tree) => {
        expect(withoutPlaces(parseScript(printScript(tree)))).toEqual(withoutPlaces(tree));
      }),
      { numRuns: 100 },
    );
  });
});

describe('whatever the rule', () => {
  const words = [
    'filter',
    'json',
    'text',
    'extractor',
    'sink',
    'sampler',
    'rateLimit',
    'if',
    'else',
    'def',
    'as',
    'Long',
    'parsed',
    'log',
    'tag',
    '{',
    '}',
    '(',
    ')',
    '[',
    ']',
    '"',
    "'",
    '${',
    '$/',
    '/$',
    '/',
    '?.',
    '.',
    '?:',
    '?',
    ':',
    ',',
    ';',
    '=',
    '==',
    '=~',
    '+',
    '-',
    '*',
    '!',
    '&&',
    '||',
    '<',
    '1',
    '\n',
    '\\',
    '/*',
    '//',
  ];

  it('it is compiled or told to be wrong, and what is compiled runs or says why not', () => {
    const soup = fc.array(fc.constantFrom(...words), { maxLength: 40 }).map((parts) => parts.join(' '));
    const tangled = fc
      .tuple(
        fc.constantFrom('filter { json {} def a = ', 'filter { extractor { tag a: ', 'filter { sink { sampler { '),
        soup,
        fc.constantFrom('}', '} }', '} } }'),
      )
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(fc.oneof(soup, tangled, fc.string({ unit: 'binary' })), (script) => {
        try {
          const { run, mistakes } = compileScript(parseScript(script), new Set());
          if (mistakes.length > 0) return;
          const message = log('{"a":1}');
          const tools = { zone: new Zone('UTC'), now: () => NOW, allows: () => true, isLayer: () => true };
          run(new RuleRun(message, new LogContent(message), tools));
        } catch (error) {
          if (!(error instanceof LalMistake) && !(error instanceof RuleError)) throw error;
        }
      }),
      { numRuns: 2000 },
    );
  });
});
