const ALL = 10_000;

/** Hash of Java's strings: 31 to the power of the place, over UTF-16 units, in 32 bits. */
function javaStringHash(text: string): number {
  let hash = 0;
  for (let i = 0; i < text.length; i++) hash = (Math.imul(hash, 31) + text.charCodeAt(i)) | 0;
  return hash;
}

/** An error log's place among 10 000, 0 to 9 999: the same on every server, so that a repetition shares the fate of the first. */
export const sampleOf = (uniqueId: string): number => Math.abs(javaStringHash(uniqueId)) % ALL;

/** Whether a log with this id is kept. `rate`: kept of 10 000. */
export const isKept = (uniqueId: string, rate: number): boolean => rate >= ALL || sampleOf(uniqueId) < rate;
