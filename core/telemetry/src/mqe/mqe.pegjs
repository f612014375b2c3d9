// The grammar of MQE, reference query.md 4.1. Builds the nodes of expression.ts.
{{
  const FUNCTIONS = new Set([
    'avg', 'count', 'latest', 'sum', 'max', 'min', 'abs', 'ceil', 'floor', 'round', 'increase', 'rate', 'view_as_seq', 'is_present',
    'top_n', 'top_n_of', 'relabels', 'aggregate_labels', 'sort_values', 'sort_label_values', 'baseline',
    'value', 'upper', 'lower', 'attr0', 'attr1', 'attr2', 'attr3', 'attr4', 'attr5',
  ]);
  const isReserved = (word) => FUNCTIONS.has(word) || /^(?:bool|asc|des|[0-9]+)$/i.test(word);
  const fold = (kind, first, rest) => rest.reduce((left, [op, right]) => ({ kind, op, left, right }), first);
}}

start = _ e:expr _ { return e; }

expr = first:compare rest:(_ op:("&&" / "||") _ right:compare { return [op, right]; })* { return fold('logic', first, rest); }
compare = first:sum rest:(_ op:("==" / "!=" / "<=" / "<" / ">=" / ">") (_ "bool"i !nameChar)? _ right:sum { return [op, right]; })* { return fold('comparison', first, rest); }
sum = first:product rest:(_ op:("+" / "-") _ right:product { return [op, right]; })* { return fold('arithmetic', first, rest); }
product = first:primary rest:(_ op:("*" / "/" / "%") _ right:primary { return [op, right]; })* { return fold('arithmetic', first, rest); }

primary
  = "(" _ e:expr _ ")" { return e; }
  / number
  / call
  / metric

number "number" = digits:$([0-9]+ ("." [0-9]+)?) !nameChar { return { kind: 'number', value: Number(digits) }; }

metric = name:name labels:(_ "{" _ l:labels? _ "}" { return l ?? []; })? { return { kind: 'metric', name, labels: labels ?? [] }; }
labels = first:label rest:(_ "," _ l:label { return l; })* { return [first, ...rest]; }
label = key:labelName _ "=" _ value:string { return { key, value }; }

call
  = f:aggregation _ "(" _ of:expr _ ")" { return { kind: 'aggregation', function: f, of }; }
  / f:$("abs" / "ceil" / "floor") !nameChar _ "(" _ of:expr _ ")" { return { kind: 'rounding', function: f, of, places: 0 }; }
  / "round" !nameChar _ "(" _ of:expr _ "," _ places:integer _ ")" { return { kind: 'rounding', function: 'round', of, places }; }
  / f:$("increase" / "rate") !nameChar _ "(" _ metric:metric _ "," _ steps:integer _ ")" { return { kind: 'trend', function: f, metric, steps }; }
  / f:$("view_as_seq" / "is_present") !nameChar _ "(" _ first:expr rest:(_ "," _ e:expr { return e; })* _ ")" { return { kind: 'choice', function: f, of: [first, ...rest] }; }
  / topN
  / "top_n_of" !nameChar _ "(" _ first:topN rest:(_ "," _ t:topN { return t; })* _ "," _ count:integer _ "," _ order:order _ ")" { return { kind: 'top_n_of', lists: [first, ...rest], count, order }; }
  / "relabels" !nameChar _ "(" _ of:expr _ "," _ from:label _ "," _ to:label _ ")" { return { kind: 'relabels', of, from, to }; }
  / "aggregate_labels" !nameChar _ "(" _ of:expr _ "," _ f:$("avg" / "sum" / "max" / "min") !nameChar by:(_ "(" _ n:labelNames _ ")" { return n; })? _ ")" { return { kind: 'aggregate_labels', of, function: f, by: by ?? [] }; }
  / "sort_values" !nameChar _ "(" _ of:expr _ "," _ count:integer _ "," _ order:order _ "," _ f:aggregation _ ")" { return { kind: 'sort_values', of, count, order, function: f }; }
  / "sort_label_values" !nameChar _ "(" _ of:expr _ "," _ order:order _ "," _ by:labelNames _ ")" { return { kind: 'sort_label_values', of, order, by }; }
  / "baseline" !nameChar _ "(" _ metric:metric _ "," _ bound:$("value" / "upper" / "lower") !nameChar _ ")" { return { kind: 'baseline', metric, bound }; }

topN = "top_n" !nameChar _ "(" _ metric:metric _ "," _ count:integer _ "," _ order:order attributes:(_ "," _ a:attribute { return a; })* _ ")" { return { kind: 'top_n', metric, count, order, attributes }; }
attribute = name:$("attr" [0-5]) !nameChar _ op:("!=" / "=") _ value:string { return { name, op, value }; }
aggregation = f:$("avg" / "count" / "latest" / "sum" / "max" / "min") !nameChar { return f; }
order = word:$("asc"i / "des"i) !nameChar { return word.toLowerCase(); }

labelNames = first:labelName rest:(_ "," _ n:labelName { return n; })* { return [first, ...rest]; }
labelName = name
name "name" = word:$nameChar+ &{ return !isReserved(word); } { return word; }
nameChar = [A-Za-z0-9_]
integer "integer" = digits:$[0-9]+ !nameChar { return Number(digits); }
string "string" = "'" s:$[^']* "'" { return s; } / '"' s:$[^"]* '"' { return s; }
_ "white space" = [ \t\r\n]*
