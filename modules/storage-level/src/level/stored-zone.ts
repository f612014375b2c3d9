import type { Database } from './database.js';
import { metaKey } from './keys.js';

const KEY = metaKey('zone');

/**
 * Notes the zone in which hours and days are folded from now on. Returns the one in which those that are stored were folded, when that is
 * another: their buckets begin elsewhere, so that queries find some of them shifted and others not at all.
 */
export async function noteZone(database: Database, zone: string): Promise<string | undefined> {
  const before = database.getSync(KEY)?.toString('utf8');
  if (before === zone) return undefined;
  const batch = database.batch();
  batch.put(KEY, Buffer.from(zone));
  await batch.write({ sync: true });
  return before === undefined || canonical(before) === canonical(zone) ? undefined : before;
}

/** One name for all names of a zone; which one differs between versions of Node.js, so it is not what is stored. */
function canonical(zone: string): string {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone;
  } catch {
    // A name that this version does not know is no other name of one that it knows.
    return zone;
  }
}
