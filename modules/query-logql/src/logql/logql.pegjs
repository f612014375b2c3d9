// The part of LogQL that reads logs, and the constant vectors with which clients try a connection. Source: query.md 8.2.
{{
  const ESCAPES = { n: '\n', r: '\r', t: '\t', a: '\x07', b: '\b', f: '\f', v: '\v' };
  const fold = (first, rest) => rest.reduce((left, [op, right]) => ({ kind: 'arithmetic', op, left, right }), first);
}}

start = _ e:(logs / constant) _ { return e; }

logs = matchers:selector filters:(_ f:lineFilter { return f; })* { return { kind: 'logs', matchers, filters }; }
selector = "{" _ m:matchers? _ "}" { return m ?? []; }
matchers = first:matcher rest:(_ "," _ m:matcher { return m; })* (_ ",")? { return [first, ...rest]; }
matcher = label:label _ op:("=~" / "=" / "!=" / "!~") _ value:string { return { label, op, value }; }
lineFilter = op:("|=" / "|~" / "!=" / "!~") _ text:string { return { op, text }; }

constant = first:product rest:(_ op:[+-] _ right:product { return [op, right]; })* { return fold(first, rest); }
product = first:vector rest:(_ op:[*/%] _ right:vector { return [op, right]; })* { return fold(first, rest); }
vector = "vector" _ "(" _ value:number _ ")" { return { kind: 'vector', value }; }
number "number" = digits:$("-"? [0-9]+ ("." [0-9]+)? ("e"i [+-]? [0-9]+)?) { return Number(digits); }

label "label" = $([A-Za-z_] [A-Za-z0-9_.-]*)
string "string"
  = '"' parts:(escape / $[^"\\\n]+)* '"' { return parts.join(''); }
  / "'" parts:(escape / $[^'\\\n]+)* "'" { return parts.join(''); }
  / "`" text:$[^`]* "`" { return text; }
escape
  = "\\x" code:$(hex hex) { return String.fromCharCode(parseInt(code, 16)); }
  / "\\u" code:$(hex hex hex hex) { return String.fromCharCode(parseInt(code, 16)); }
  / "\\" letter:[nrtabfv] { return ESCAPES[letter]; }
  / "\\" sign:["'\\] { return sign; }
hex = [0-9A-Fa-f]
_ "white space" = ([ \t\r\n]+ / "#" [^\n]*)*
