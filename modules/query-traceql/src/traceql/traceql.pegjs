// The part of TraceQL that selects spans by conditions which must all hold. Source: query.md 8.4.
{{
  const ESCAPES = { n: '\n', r: '\r', t: '\t' };
  const NANOSECONDS = { ns: 1, us: 1e3, 'µs': 1e3, ms: 1e6, s: 1e9, m: 60e9, h: 3600e9 };
}}

start = _ "{" _ c:conditions? _ "}" _ { return c ?? []; }
conditions = first:condition rest:(_ "&&" _ c:condition { return c; })* { return [first, ...rest]; }
condition = field:field _ op:operator _ value:value { return { field, op, value }; }
operator = "=~" / "!=" / "!~" / ">=" / "<=" / "=" / ">" / "<"

field "field"
  = scope:$("resource" / "span") "." name:name { return { scope, name }; }
  / "." name:name { return { scope: 'any', name }; }
  / ("span:")? name:$("duration" / "name" / "status" / "kind") !nameSign { return { scope: 'intrinsic', name }; }
name = string / $nameSign+
nameSign = [A-Za-z0-9_.\/-]

value "value"
  = text:string { return { kind: 'text', text }; }
  / number:number unit:$("ns" / "us" / "µs" / "ms" / "s" / "m" / "h") !nameSign { return { kind: 'duration', nanoseconds: number * NANOSECONDS[unit] }; }
  / number:number !nameSign { return { kind: 'number', number }; }
  / word:$([A-Za-z] [A-Za-z_]*) !nameSign { return { kind: 'word', word }; }
number = digits:$("-"? [0-9]+ ("." [0-9]+)?) { return Number(digits); }
string
  = '"' parts:(escape / $[^"\\\n]+)* '"' { return parts.join(''); }
  / "`" text:$[^`]* "`" { return text; }
escape
  = "\\" letter:[nrt] { return ESCAPES[letter]; }
  / "\\" sign:["\\] { return sign; }
_ "white space" = [ \t\r\n]*
