// The grammar of MAL, reference analysis.md 10.2. Builds the nodes of syntax-tree.ts.
// Lists are read in loops and every choice is made by its first characters, so that time is linear in the length.
{{
  const ESCAPES = { n: '\n', t: '\t', r: '\r', b: '\b', f: '\f' };
  const WORDS = new Map([['true', true], ['false', false], ['null', null]]);
  // A backslash before any other character stays, as patterns are often written with one only.
  const escaped = (c) => ESCAPES[c] ?? ("\\'\"$/".includes(c) ? c : '\\' + c);
}}
{
  const place = () => ({ source: options.grammarSource ?? 'exp', offset: offset() });
  const fold = (kind, first, rest) => rest.reduce((left, [op, right, at]) => ({ kind, op, left, right, at }), first);
}

start = _ e:argument _ { return e; }

// ---- expressions

argument = closure / list / sum
sum = first:product rest:(_ r:additive { return r; })* { return fold('arithmetic', first, rest); }
additive = op:plusOrMinus _ right:product { return [op, right, place()]; }
product = first:unary rest:(_ r:multiplicative { return r; })* { return fold('arithmetic', first, rest); }
multiplicative = op:timesOrBy _ right:unary { return [op, right, place()]; }
plusOrMinus "an operator" = [+-]
timesOrBy "an operator" = [*/]
unary = minuses:minus* of:postfix { return minuses.reduceRight((inner, at) => ({ kind: 'negation', of: inner, at }), of); }
minus = "-" _ { return place(); }

postfix = first:primary calls:(_ "." _ c:call { return c; })* { return calls.reduce((receiver, c) => ({ ...c, receiver }), first); }
call = name:functionName _ args:arguments { return { kind: 'call', receiver: null, name, args, at: place() }; }
functionName = $(identifier ("::" identifier)?)
arguments = "(" _ list:argumentList? _ ")" { return list ?? []; }
argumentList = first:argument rest:(_ "," _ a:argument { return a; })* { return [first, ...rest]; }

primary
  = "(" _ e:sum _ ")" { return e; }
  / number
  / text
  / named
number "a number" = digits:$([0-9]+ ("." [0-9]+)?) ![A-Za-z0-9_] { return { kind: 'number', value: Number(digits), at: place() }; }
text = value:string { return { kind: 'text', value, at: place() }; }
named = word:functionName rest:(_ args:arguments { return { args }; } / _ "." _ name:identifier !(_ "(" / "::") { return { name }; })? {
  const at = place();
  if (rest?.args) return { kind: 'call', receiver: null, name: word, args: rest.args, at };
  if (word.includes('::')) error('a function of a plugin is called with brackets');
  if (rest) return { kind: 'constant', type: word, name: rest.name, at };
  return WORDS.has(word) ? { kind: 'word', value: WORDS.get(word), at } : { kind: 'name', name: word, at };
}
list = "[" _ items:items? _ "]" { return { kind: 'list', items: items ?? [], at: place() }; }
items = first:item rest:(_ "," _ i:item { return i; })* { return [first, ...rest]; }
item = number / text

// ---- closures

closure = "{" _ parameters:parameters? _ body:statements "}" { return { kind: 'closure', parameters: parameters ?? [], body, at: place() }; }
parameters = first:parameter rest:(_ "," _ p:parameter { return p; })* _ "->" { return [first, ...rest]; }
// The type before a name says nothing that matters here.
parameter = first:identifier second:(blank+ name:identifier { return name; })? { return second ?? first; }

statements = separator* list:statementLine* { return list; }
statementLine
  = s:(choice / block) separator* { return s; }
  / s:simple (blank* (";" / newline / &"//") separator* / blank* &"}") { return s; }
separator = space / ";"
block = "{" body:statements "}" { return { kind: 'block', body, at: place() }; }

choice = "if" !wordChar _ first:branch rest:(_ "else" !wordChar _ "if" !wordChar _ b:branch { return b; })* otherwise:(_ "else" !wordChar _ b:body { return b; })? {
  return { kind: 'if', branches: [first, ...rest], otherwise, at: place() };
}
branch = "(" _ test:term _ ")" _ body:body { return { test, body }; }
body = b:block { return b.body; } / s:(choice / simple) (blank* ";" &(_ "else" !wordChar))? { return [s]; }

simple
  = "return" !wordChar value:(blank* t:term { return t; })? { return { kind: 'return', value, at: place() }; }
  / definition
  / left:term change:(_ c:assigned { return c; })? {
      if (change === null) return { kind: 'evaluate', value: left, at: place() };
      if (!['property', 'index', 'variable'].includes(left.kind)) error('only a variable, a label or an attribute can be assigned to');
      return { kind: 'assign', op: change.op, target: left, value: change.value, at: place() };
    }
definition
  = identifier blank+ !("in" !wordChar) name:identifier blank* "=" ![=~] _ value:term { return { kind: 'define', name, value, at: place() }; }
  / "def" blank+ name:identifier { return { kind: 'define', name, value: null, at: place() }; }
assigned = op:("=" ![=~] { return '='; } / "+=") _ value:term { return { op, value }; }

term = test:or rest:(_ r:(elvis / ternary) { return r; })? {
  return rest === null ? test : 'consequence' in rest ? { kind: 'conditional', test, ...rest } : { kind: 'elvis', of: test, ...rest };
}
elvis = "?:" _ otherwise:term { return { otherwise, at: place() }; }
ternary = "?" ![.:] _ consequence:term _ ":" _ otherwise:term { return { consequence, otherwise, at: place() }; }

or = first:and rest:(_ r:orRest { return r; })* { return fold('binary', first, rest); }
orRest = op:orOperator _ right:and { return [op, right, place()]; }
and = first:equality rest:(_ r:andRest { return r; })* { return fold('binary', first, rest); }
andRest = op:andOperator _ right:equality { return [op, right, place()]; }
equality = first:relation rest:(_ r:equalityRest { return r; })* { return fold('binary', first, rest); }
equalityRest = op:equalityOperator _ right:relation { return [op, right, place()]; }
relation = first:addition rest:(_ r:relationRest { return r; })* { return fold('binary', first, rest); }
relationRest = op:relationOperator _ right:addition { return [op, right, place()]; }
orOperator "an operator" = "||"
andOperator "an operator" = "&&"
equalityOperator "an operator" = "==~" / "==" / "=~" / "!="
relationOperator "an operator" = "<=" / ">=" / "<" / ">" / $("!"? "in" !wordChar)
addition = first:multiplication rest:(_ r:additionRest { return r; })* { return fold('binary', first, rest); }
additionRest = op:plusOrMinus !"=" _ right:multiplication { return [op, right, place()]; }
multiplication = first:prefixed rest:(_ r:multiplicationRest { return r; })* { return fold('binary', first, rest); }
multiplicationRest = op:timesByOrRest _ right:prefixed { return [op, right, place()]; }
timesByOrRest "an operator" = [*/%]
prefixed = prefixes:prefix* of:member { return prefixes.reduceRight((inner, { op, at }) => ({ kind: 'unary', op, of: inner, at }), of); }
prefix = op:("!" / "-") _ { return { op, at: place() }; }

member = first:atom rest:(_ s:step { return s; } / blank* s:subscript { return s; })* { return rest.reduce((of, step) => ({ ...step, of }), first); }
step = safe:("?." { return true; } / "." { return false; }) _ s:stepName args:(blank* a:termArguments { return a; })? {
  return args === null ? { kind: 'property', name: s, safe, at: place() } : { kind: 'invoke', name: s, args, safe, at: place() };
}
stepName = identifier / string
// In the line of what it follows: a "[" that begins a line begins a list.
subscript = "[" _ key:term _ "]" { return { kind: 'index', key, at: place() }; }
termArguments = "(" _ list:terms? _ ")" { return list ?? []; }
terms = first:term rest:(_ "," _ t:term { return t; })* { return [first, ...rest]; }

atom
  = "(" _ t:term _ ")" { return t; }
  / number:$([0-9]+ ("." [0-9]+)?) [LlDdFf]? !wordChar { return { kind: 'literal', value: Number(number), at: place() }; }
  / template
  / value:string { return { kind: 'literal', value, at: place() }; }
  / pattern
  / "[" _ ":" _ "]" { return { kind: 'map', entries: [], at: place() }; }
  / "[" _ first:entry rest:(_ "," _ e:entry { return e; })* _ "]" { return { kind: 'map', entries: [first, ...rest], at: place() }; }
  / "[" _ items:terms? _ "]" { return { kind: 'items', items: items ?? [], at: place() }; }
  / word:identifier args:(blank* a:termArguments { return a; })? {
      const at = place();
      if (args !== null) return { kind: 'invoke', of: null, name: word, args, safe: false, at };
      return WORDS.has(word) ? { kind: 'literal', value: WORDS.get(word), at } : { kind: 'variable', name: word, at };
    }
entry = key:(identifier / string) _ ":" _ value:term { return { key, value }; }

template = &('"' [^"\\$]* ([\\] . [^"\\$]*)* "$") '"' parts:templatePart* '"' { return { kind: 'template', parts, at: place() }; }
templatePart
  = "${" _ t:term _ "}" { return t; }
  / "$" t:path { return t; }
  / value:$templateText+ { return { kind: 'literal', value: value.replace(/\\u([0-9A-Fa-f]{4})|\\([^])/g, (_, hex, c) => (hex === undefined ? escaped(c) : String.fromCharCode(parseInt(hex, 16)))), at: place() }; }
templateText = [^"\\$] / "\\" . / "$" ![{A-Za-z_]
path = first:variable rest:("." name:identifier { return { kind: 'property', name, safe: false, at: place() }; })* { return rest.reduce((of, step) => ({ ...step, of }), first); }
variable = name:identifier { return { kind: 'variable', name, at: place() }; }
pattern = "/" text:$(!("/" / "*") patternChar patternChar*) "/" { return { kind: 'pattern', text: text.replaceAll('\\/', '/'), at: place() }; }
patternChar = [^/\\\r\n] / "\\" [^\r\n]

// ---- words

identifier "a name" = $([A-Za-z_] wordChar*)
wordChar = [A-Za-z0-9_]
string "a text" = "'" chars:($[^'\\]+ / escape)* "'" { return chars.join(''); } / '"' chars:($[^"\\]+ / escape)* '"' { return chars.join(''); }
escape = "\\u" hex:$([0-9A-Fa-f] [0-9A-Fa-f] [0-9A-Fa-f] [0-9A-Fa-f]) { return String.fromCharCode(parseInt(hex, 16)); } / "\\" c:$. { return escaped(c); } / "\\" "\n" { return '\\\n'; }
_ "white space" = space*
space = [ \t\r\n] / comment
blank = [ \t] / "/*" (!"*/" .)* "*/"
newline "the end of the line" = "\r"? "\n"
comment = "//" [^\r\n]* / "/*" (!"*/" .)* "*/"
