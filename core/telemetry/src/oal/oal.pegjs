// The grammar of OAL. It knows shapes only: names of sources, attributes, functions and enums are checked afterwards,
// where the nearest known name can be told. The tree is declared in syntax-tree.ts; `at` is an offset into the script.

Script
  = _ statements:(@Statement _)* { return statements; }

Statement
  = Disable
  / Metric

Disable
  = 'disable' !NamePart _ '(' _ name:Name _ ')' _ End { return { kind: 'disable', name, at: offset() }; }

Metric
  = name:Name _ '=' _ 'from' !NamePart _ '(' _ cast:(@Cast _)? source:Name path:(_ '.' _ @Step)+ _ ')'
    filters:(_ '.' _ @Filter)* _ '.' _ call:Function decorator:(_ '.' _ @Decorator)? _ End
    { return { kind: 'metric', name, cast, source, path, filters, call, decorator, at: name.at }; }

End 'a semicolon'
  = ';'
  / !.

Filter
  = 'filter' !NamePart _ '(' _ condition:Condition _ ')' { return condition; }

Decorator
  = 'decorator' !NamePart _ '(' _ name:Text _ ')' { return name; }

Function
  = name:Name _ '(' _ list:ArgumentList? _ ')' { return { name, list: list ?? [], at: name.at }; }

ArgumentList
  = head:Argument tail:(_ ',' _ @Argument)* { return [head, ...tail]; }

Argument
  = Condition
  / Boolean
  / Number
  / Text
  / Attribute

Condition
  = attribute:Attribute _ test:Test { return { kind: 'condition', attribute, ...test, at: attribute.at }; }

Test
  = operator:Equality _ value:(Null / Boolean / Number / Text / Enum) { return { operator, value }; }
  / operator:Order _ value:Number { return { operator, value }; }
  / operator:TextOperator _ value:Text { return { operator, value }; }
  / 'in' !NamePart _ value:List { return { operator: 'in', value }; }

Equality 'an operator'
  = $('==' / '!=')

Order 'an operator'
  = $('>=' / '<=' / '>' / '<')

TextOperator 'an operator'
  = word:$('like' / 'contain' / 'not contain') !NamePart { return word; }

List
  = '[' _ items:(Numbers / Texts / Enums) _ ']' { return { kind: 'list', items, at: offset() }; }

Numbers
  = head:Number tail:(_ ',' _ @Number)* { return [head, ...tail]; }

Texts
  = head:Text tail:(_ ',' _ @Text)* { return [head, ...tail]; }

Enums
  = head:Enum tail:(_ ',' _ @Enum)* { return [head, ...tail]; }

Attribute
  = cast:(@Cast _)? head:Step tail:(_ '.' _ @Step)* { return { kind: 'attribute', cast, path: [head, ...tail], at: head.at }; }

Step
  = '*' { return { name: '*', at: offset() }; }
  / name:Name key:(_ '[' _ @Text _ ']')? { return { name: name.text, ...(key !== null && { key: key.value }), at: name.at }; }

Cast 'a cast'
  = '(' to:$('str->long' / 'str->int' / 'long' / 'int') ')' { return { to, at: offset() }; }

Null
  = 'null' !NamePart { return { kind: 'null', at: offset() }; }

Boolean 'true or false'
  = word:$('true' / 'false') !NamePart { return { kind: 'boolean', value: word === 'true', at: offset() }; }

Number 'a number'
  = digits:$([0-9] [0-9_]*) [lL]? !NamePart { return { kind: 'number', value: Number(digits.replaceAll('_', '')), at: offset() }; }

Text 'a string'
  = '"' parts:(Plain / Escape)* '"' { return { kind: 'string', value: parts.join(''), at: offset() }; }

Plain
  = $[^"\\\r\n]+

Escape
  = '\\n' { return '\n'; }
  / '\\t' { return '\t'; }
  / '\\r' { return '\r'; }
  / '\\u' code:$([0-9a-fA-F] [0-9a-fA-F] [0-9a-fA-F] [0-9a-fA-F]) { return String.fromCharCode(parseInt(code, 16)); }
  / '\\' @$[^\r\n]

Enum 'an enum constant'
  = type:Name '.' constant:Name { return { kind: 'enum', type: type.text, constant: constant.text, at: offset() }; }

Name 'a name'
  = text:$([a-zA-Z$_\u0080-\uffff] NamePart*) { return { text, at: offset() }; }

NamePart
  = [a-zA-Z0-9$_\u0080-\uffff]

_ 'blank'
  = (Blank / LineComment / BlockComment)*

Blank
  = [ \t\r\n\f\uFEFF]

LineComment
  = '//' [^\r\n]*

// The beginning of an inner comment is nothing else: where that has no end, neither has this one, and it is not read in two ways at each level.
BlockComment
  = '/*' (BlockComment / !'*/' !'/*' .)* '*/'
