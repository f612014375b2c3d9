// biome-ignore-all lint/suspicious/noTemplateCurlyInString: rules have interpolations of their own
import { describe, expect, it } from '@jest/globals';
import { Zone } from '@skein/telemetry';
import fc from 'fast-check';
import { json, type Limits, log, mistakesOf, NOW, start } from './lal.test.kit.js';
import { RuleError } from './lal-error.js';
import { compileTimeFormat } from './time-format.js';

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
    ['yaml', '&a '.repeat(5000)],
    ['yaml', '] '.repeat(8000)],
    ['yaml', '"a" '.repeat(4000)],
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
    expect([...start(`filter { extractor { ${fields} } }`, log(''), {}, 'SlowSQL').state.outputs!]).toEqual([
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
  ])('mistake %#', (script, message) => {
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
