import type { JfrPools } from './jfr-pools.js';

const PRIMITIVES: Readonly<Record<string, string>> = {
  B: 'byte',
  C: 'char',
  S: 'short',
  I: 'int',
  J: 'long',
  Z: 'boolean',
  F: 'float',
  D: 'double',
};

/** Names that are remembered. */
const MAX_REMEMBERED = 500_000;

/** What frames and classes are called, by the constants of one chunk. */
export class JfrNames {
  private readonly methods = new Map<string, string>();
  /** In files of async-profiler `Native` means C functions; those of the JDK use it for native methods of Java classes. */
  private readonly nativeTypes: ReadonlySet<number>;

  constructor(private readonly pools: JfrPools) {
    const hasKernel = [...pools.frameTypes.values()].includes('Kernel');
    const isNative = (name: string): boolean => name === 'C++' || name === 'Kernel' || (name === 'Native' && hasKernel);
    this.nativeTypes = new Set([...pools.frameTypes].filter(([, name]) => isNative(name)).map(([key]) => key));
  }

  /** `pkg.Class.method:line`; the bare name of a native function. Without the line where there is none. */
  frame(method: number, line: number, type: number): string {
    const key = `${method} ${line} ${type}`;
    let name = this.methods.get(key);
    if (name === undefined) {
      name = this.method(method, this.nativeTypes.has(type)) + (line > 0 ? `:${line}` : '');
      if (this.methods.size < MAX_REMEMBERED) this.methods.set(key, name);
    }
    return name;
  }

  /** `java.lang.String`, `byte[][]`. */
  class(key: number): string {
    const symbol = this.pools.symbols.get(this.pools.classes.get(key) ?? -1);
    return symbol === undefined || symbol === '' ? 'unknown' : javaName(symbol);
  }

  private method(key: number, isNative: boolean): string {
    const method = this.pools.methods.get(key);
    if (method === undefined) return 'unknown';
    const name = this.pools.symbols.get(method.name) ?? '';
    const owner = this.pools.symbols.get(this.pools.classes.get(method.owner) ?? -1) ?? '';
    if (owner === '' || isNative) return name === '' ? 'unknown' : name;
    return name === '' ? javaName(owner) : `${javaName(owner)}.${name}`;
  }
}

/** A class as it is written in Java: `[Ljava/lang/String;` is `java.lang.String[]`; numbers that the JVM gave to a hidden class go. */
export function javaName(symbol: string): string {
  let dimensions = 0;
  while (symbol[dimensions] === '[') dimensions++;
  if (dimensions === 0) return dotted(symbol);
  const element = symbol.slice(dimensions);
  const name = element.startsWith('L') && element.endsWith(';') ? dotted(element.slice(1, -1)) : (PRIMITIVES[element] ?? dotted(element));
  return name + '[]'.repeat(Math.min(dimensions, 255));
}

function dotted(symbol: string): string {
  const at = Math.max(symbol.lastIndexOf('/'), symbol.lastIndexOf('.'));
  const next = symbol.charCodeAt(at + 1);
  const hidden = at > 0 && next >= 48 && next <= 57;
  const address = hidden ? symbol.lastIndexOf('+0x', at) : -1;
  return symbol.slice(0, hidden ? (address > 0 ? address : at) : undefined).replaceAll('/', '.');
}
