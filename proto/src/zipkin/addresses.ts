import { isIPv4, isIPv6 } from 'node:net';

const IPV6_BYTES = 16;
const MAX_PORT = 65_535;
const LONGEST = 45;

/** What an address in text form is; both undefined when it is none. */
export function addressOf(text: string): { readonly ipv4: string | undefined; readonly ipv6: string | undefined } {
  if (text.length <= LONGEST) {
    if (isIPv4(text)) return { ipv4: text, ipv6: undefined };
    if (isIPv6(text)) return { ipv4: undefined, ipv6: text.toLowerCase() };
  }
  return { ipv4: undefined, ipv6: undefined };
}

/** Undefined for what is no port. */
export const portOf = (value: number): number | undefined =>
  Number.isInteger(value) && value > 0 && value <= MAX_PORT ? value : undefined;

/** An IPv4 address; undefined for 0.0.0.0, which means none. */
export function ipv4Of(bytes: Uint8Array, at: number): string | undefined {
  const text = `${bytes[at]}.${bytes[at + 1]}.${bytes[at + 2]}.${bytes[at + 3]}`;
  return text === '0.0.0.0' ? undefined : text;
}

/** An IPv6 address of 16 bytes, its longest run of zeros left out; one that holds an IPv4 address is that. Undefined for all zeros. */
export function ipv6Of(bytes: Uint8Array, at: number): { readonly ipv4: string | undefined; readonly ipv6: string | undefined } {
  const groups: number[] = [];
  for (let i = 0; i < IPV6_BYTES; i += 2) groups.push(bytes[at + i]! * 256 + bytes[at + i + 1]!);
  if (groups.every((group) => group === 0)) return { ipv4: undefined, ipv6: undefined };
  if (groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff) return { ipv4: ipv4Of(bytes, at + 12), ipv6: undefined };
  const run = longestRun(groups);
  const text = (part: readonly number[]): string => part.map((group) => group.toString(16)).join(':');
  const ipv6 = run.length < 2 ? text(groups) : `${text(groups.slice(0, run.from))}::${text(groups.slice(run.from + run.length))}`;
  return { ipv4: undefined, ipv6 };
}

function longestRun(groups: readonly number[]): { readonly from: number; readonly length: number } {
  let best = { from: 0, length: 0 };
  let from = 0;
  for (let i = 0; i <= groups.length; i++) {
    if (groups[i] === 0) continue;
    if (i - from > best.length) best = { from, length: i - from };
    from = i + 1;
  }
  return best;
}
