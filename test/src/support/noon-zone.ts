/** A zone in which it is about noon now, so that no test meets the end of a day. */
export function noonZone(now = new Date()): string {
  const offset = 12 - now.getUTCHours();
  // The Etc zones count westward: Etc/GMT-5 is five hours ahead of UTC.
  return offset === 0 ? 'UTC' : `Etc/GMT${offset > 0 ? '-' : '+'}${Math.abs(offset)}`;
}
