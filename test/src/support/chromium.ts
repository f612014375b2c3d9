import { existsSync, readFileSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

/** Where Chromium usually is; scripts/test.mjs reads the same list. */
const PLACES = JSON.parse(readFileSync(new URL('./chromium-places.json', import.meta.url), 'utf8')) as readonly string[];

/** Chromium's program: CHROMIUM_PATH, or one of the usual places. Throws with what to do when there is none. */
export function chromiumPath(): string {
  const { CHROMIUM_PATH } = process.env;
  const found = CHROMIUM_PATH ?? PLACES.find((place) => existsSync(place));
  if (found !== undefined && existsSync(found)) return found;
  throw new Error(
    CHROMIUM_PATH === undefined
      ? 'this test needs Chromium: install it (Debian: apt-get install chromium), or set CHROMIUM_PATH to its program'
      : `CHROMIUM_PATH says ${CHROMIUM_PATH}, where nothing is`,
  );
}

/** A Chromium without a window. It also runs as root in a container, where its own sandbox cannot. */
export const startChromium = (): Promise<Browser> =>
  chromium.launch({
    executablePath: chromiumPath(),
    headless: true,
    args: ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu', '--no-first-run', '--disable-background-networking'],
  });
