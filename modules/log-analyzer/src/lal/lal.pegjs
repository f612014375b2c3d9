// The log analysis language, analysis.md 11.2. A script is a list of statements; what a name means where it stands is for the compiler
// to say, which knows better words for what is wrong than a grammar does. No alternative begins with an expression that another one would
// read again, so that time stays proportional to the length of the text.

{{
  const list = (first, rest) => [first, ...rest];
  const chain = (kind, first, rest) => (rest.length === 0 ? first : { kind, at: first.at, first, rest });
}}

script = _ body:statement* { return body; }

statement = if / def / command

block = '{' _ body:statement* '}' _ { return body; }

if
  = at:start 'if' !letter _ first:branch rest:(('else' !letter _ 'if' !letter _) @branch)* otherwise:('else' !letter _ @block)? {
      return { kind: 'if', at, branches: list(first, rest), otherwise };
    }
branch = '(' _ condition:expression ')' _ body:block { return { condition, body }; }

def = at:start 'def' !letter _ name:word _ '=' _ value:expression end { return { kind: 'def', at, name, value }; }

// Arguments begin on the line of the name: what follows on the next line is the next statement.
command
  = at:start name:identifier blank* rest:arguments _ body:block? end { return { kind: 'command', at, name, ...rest, body }; }

arguments
  = '(' _ pairs:pairs ')' { return { args: [], pairs }; }
  / '(' _ ')' { return { args: [], pairs: [] }; }
  / pairs:pairs { return { args: [], pairs }; }
  / first:expression rest:(_ ',' _ @expression)* { return { args: list(first, rest), pairs: [] }; }
  / '' { return { args: [], pairs: [] }; }

pairs = first:pair rest:(',' _ @pair)* { return list(first, rest); }
pair = at:start key:key ':' !':' _ value:expression { return { at, key, value }; }
key = @(word / plain) &':'

// A statement ends with its line, with a semicolon, or where the next one begins.
end = _ (';' _)*

// Expressions, from what binds least to what binds most.
expression "an expression" = ternary

ternary
  = condition:or rest:(
      '?:' _ otherwise:ternary { return { kind: 'elvis', otherwise }; }
      / '?' ![.:] _ then:ternary ':' _ otherwise:ternary { return { kind: 'ternary', then, otherwise }; }
    )? {
      if (rest === null) return condition;
      return rest.kind === 'elvis'
        ? { kind: 'elvis', at: condition.at, value: condition, otherwise: rest.otherwise }
        : { kind: 'ternary', at: condition.at, condition, then: rest.then, otherwise: rest.otherwise };
    }

or = first:and rest:('||' _ @and)* { return rest.length === 0 ? first : { kind: 'or', at: first.at, parts: list(first, rest) }; }
and = first:equality rest:('&&' _ @equality)* { return rest.length === 0 ? first : { kind: 'and', at: first.at, parts: list(first, rest) }; }

equality
  = left:comparison rest:(@equals _ @comparison)? {
      return rest === null ? left : { kind: 'compare', at: left.at, operator: rest[0], left, right: rest[1] };
    }
equals = '==~' / '=~' / '==' / '!='
comparison
  = left:cast rest:(@('<=' / '>=' / '<' / '>') _ @cast)? {
      return rest === null ? left : { kind: 'compare', at: left.at, operator: rest[0], left, right: rest[1] };
    }

cast = value:sum casts:(at:start 'as' !letter _ @word _)* {
    return casts.reduce((of, type) => ({ kind: 'cast', at: of.at, value: of, type }), value);
  }

sum = first:product rest:(operator:[+-] _ value:product { return { operator, value }; })* { return chain('arithmetic', first, rest); }
product
  = first:unary rest:(operator:[*/] ![/*] _ value:unary { return { operator, value }; })* { return chain('arithmetic', first, rest); }

unary
  = at:start operator:(@'!' !'=' / '-') _ value:unary { return { kind: 'unary', at, operator, value }; }
  / postfix

postfix
  = base:primary steps:step* { return steps.length === 0 ? base : { kind: 'path', at: base.at, base, steps }; }

step
  = at:start ('?.' / '.' ![0-9]) _ name:(word / plain) args:callArguments? {
      return args === null ? { kind: 'member', at, name } : { kind: 'call', at, name, args };
    }
  / at:start ('?[' / '[') _ index:expression ']' _ { return { kind: 'index', at, index }; }

primary
  = '(' _ @expression ')' _
  / number
  / regexp
  / text
  / at:start ('true' !letter) _ { return { kind: 'literal', at, value: true }; }
  / at:start ('false' !letter) _ { return { kind: 'literal', at, value: false }; }
  / at:start ('null' !letter) _ { return { kind: 'literal', at, value: null }; }
  / at:start name:word args:callArguments? { return args === null ? { kind: 'name', at, name } : { kind: 'function', at, name, args }; }

callArguments = '(' _ args:(first:expression rest:(',' _ @expression)* { return list(first, rest); })? ')' _ { return args ?? []; }

number "a number"
  = at:start digits:$([0-9]+ ('.' [0-9]+)? ([eE] [+-]? [0-9]+)?) [lLdDfF]? !letter _ { return { kind: 'literal', at, value: Number(digits) }; }

regexp "a regular expression"
  = at:start '$/' pattern:$(!'/$' .)* '/$' _ { return { kind: 'regexp', at, pattern, from: at + 2 }; }
  / at:start '/' ![/*] pattern:$(('\\' [^\r\n]) / [^/\\\r\n])+ '/' _ { return { kind: 'regexp', at, pattern: pattern.replaceAll('\\/', '/'), from: at + 1 }; }

text "a text"
  = at:start value:plain { return { kind: 'literal', at, value }; }
  / at:start '"' parts:(interpolation / chunk)* '"' _ { return { kind: 'template', at, parts }; }

interpolation = '${' _ @expression '}'
chunk = characters:(escape / [^"\\$\r\n] / @'$' !'{')+ { return characters.join(''); }

// Without interpolation.
plain
  = "'" characters:(escape / [^'\\\r\n])* "'" _ { return characters.join(''); }
  / '"' characters:(escape / [^"\\$\r\n] / @'$' !'{')* '"' _ { return characters.join(''); }

escape
  = '\\u' digits:$([0-9a-fA-F] [0-9a-fA-F] [0-9a-fA-F] [0-9a-fA-F]) { return String.fromCharCode(Number.parseInt(digits, 16)); }
  / '\\' letter:[nrtbf'"\\$/] { return { n: '\n', r: '\r', t: '\t', b: '\b', f: '\f' }[letter] ?? letter; }

word "a name" = @identifier _
identifier = !reserved @$([A-Za-z_] [A-Za-z0-9_]*)
reserved = ('if' / 'else' / 'def' / 'as' / 'true' / 'false' / 'null') !letter
letter = [A-Za-z0-9_]

start = '' { return offset(); }

blank = [ \t]
_ "blank" = ([ \t\r\n\uFEFF] / '//' [^\r\n]* / '/*' (!'*/' .)* '*/')*
