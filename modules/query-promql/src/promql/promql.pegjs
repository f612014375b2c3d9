// The part of PromQL that SkyWalking's metrics can answer, reference query.md 8.1. Builds the nodes of syntax-tree.ts.
{{
  const RESERVED = new Set(['bool', 'inf', 'nan', 'sum', 'min', 'max', 'avg']);
  const UNITS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };
  const ESCAPED = { a: '\x07', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' };
  const fold = (first, rest) => rest.reduce((left, { op, bool, right }) => ({ kind: 'binary', op, bool, left, right }), first);
}}

start = _ e:expression _ { return e; }

expression = first:sum rest:(_ op:compareSign bool:(_ "bool"i !nameChar)? _ right:sum { return { op, bool: bool !== null, right }; })* { return fold(first, rest); }
compareSign = "==" / "!=" / "<=" / "<" / ">=" / ">"
sum = first:product rest:(_ op:("+" / "-") _ right:product { return { op, bool: false, right }; })* { return fold(first, rest); }
product = first:signed rest:(_ op:("*" / "/" / "%") _ right:signed { return { op, bool: false, right }; })* { return fold(first, rest); }
signed = sign:("+" / "-") _ of:signed { return { kind: 'sign', sign, of }; } / primary

primary
  = "(" _ of:expression _ ")" { return { kind: 'group', of }; }
  / number
  / aggregation
  / range

number "number"
  = digits:$(("0" [xX] [0-9a-fA-F]+) / (([0-9]+ ("." [0-9]*)? / "." [0-9]+) ([eE] [+-]? [0-9]+)?)) !nameChar { return { kind: 'number', value: Number(digits) }; }
  / "inf"i !nameChar { return { kind: 'number', value: Infinity }; }
  / "nan"i !nameChar { return { kind: 'number', value: NaN }; }

aggregation
  = f:$("sum"i / "min"i / "max"i / "avg"i) !nameChar before:(_ g:grouping { return g; })? _ "(" _ of:expression _ ")" after:(&{ return before === null; } _ g:grouping { return g; })?
  { return { kind: 'aggregation', function: f.toLowerCase(), grouping: before ?? after ?? undefined, of }; }
grouping = kind:$("by"i / "without"i) !nameChar _ "(" _ labels:labelNames? _ ")" { return { kind: kind.toLowerCase(), labels: labels ?? [] }; }
labelNames = first:labelName rest:(_ "," _ n:labelName { return n; })* (_ ",")? { return [first, ...rest]; }

range = selector:selector ms:(_ "[" _ d:duration _ "]" { return d; })? { return ms === null ? selector : { kind: 'range', selector, ms }; }
duration "duration" = parts:durationPart+ { return parts.reduce((a, b) => a + b, 0); }
durationPart = digits:$[0-9]+ unit:$("ms" / [smhdw]) { return Number(digits) * UNITS[unit]; }

selector
  = name:metricName matchers:(_ m:matchers { return m; })? { return { kind: 'selector', name, matchers: matchers ?? [] }; }
  / matchers:matchers { return { kind: 'selector', name: undefined, matchers }; }
matchers = "{" _ list:matcherList? _ "}" { return list ?? []; }
matcherList = first:matcher rest:(_ "," _ m:matcher { return m; })* (_ ",")? { return [first, ...rest]; }
matcher = label:labelName _ op:("=~" / "!~" / "!=" / "=") _ value:string { return { label, op, value }; }

metricName "metric name" = word:$([A-Za-z_:] nameChar*) &{ return !RESERVED.has(word.toLowerCase()); } { return word; }
nameChar = [A-Za-z0-9_:]
labelName "label name" = $([A-Za-z_] [A-Za-z0-9_.]*)

string "string"
  = '"' s:([^"\\] / escape)* '"' { return s.join(''); }
  / "'" s:([^'\\] / escape)* "'" { return s.join(''); }
  / "`" s:$[^`]* "`" { return s; }
escape
  = "\\" c:[abfnrtv] { return ESCAPED[c]; }
  / "\\" c:[\\"'] { return c; }
  / "\\x" h:$([0-9a-fA-F] [0-9a-fA-F]) { return String.fromCodePoint(parseInt(h, 16)); }
  / "\\u" h:$([0-9a-fA-F] [0-9a-fA-F] [0-9a-fA-F] [0-9a-fA-F]) { return String.fromCodePoint(parseInt(h, 16)); }
  / "\\" o:$([0-3] [0-7] [0-7]) { return String.fromCodePoint(parseInt(o, 8)); }

_ "white space" = ([ \t\r\n] / "#" [^\n]*)*
