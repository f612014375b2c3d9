const INTEGER = /^-?\d{1,15}$/;
const MAX_INT32 = 2 ** 31 - 1;

/** A whole number written in decimal, exact in a double; undefined for anything else. */
export const integer = (text: string): number | undefined => (INTEGER.test(text) ? Number(text) + 0 : undefined);

/** As {@link integer}, within 32 bits. */
export function int32(text: string): number | undefined {
  const number = integer(text);
  return number !== undefined && number <= MAX_INT32 && number >= -MAX_INT32 - 1 ? number : undefined;
}
