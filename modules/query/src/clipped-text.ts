/** Longest text of a span that is shown, UTF-16 code units. */
export const MAX_SHOWN = 65_536;

const isHighSurrogate = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdbff;

/** The beginning of a text that is too long to show, with a mark that tells how long it was; any other text as it is. */
export function clipped(text: string): string {
  if (text.length <= MAX_SHOWN) return text;
  const end = isHighSurrogate(text.charCodeAt(MAX_SHOWN - 1)) ? MAX_SHOWN - 1 : MAX_SHOWN;
  // Through bytes, because a plain slice would keep the whole text in memory.
  return `${Buffer.from(text.slice(0, end), 'utf8').toString('utf8')}… [${text.length} characters]`;
}
