// Decides what becomes of the one suite that needs more than Node.js and npm: Chromium.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './run.mjs';

const SUITE = 'test/src/e2e/browser.test.ts';
const HOW = 'install Chromium (Debian: scripts/ci-packages.sh as root), or set CHROMIUM_PATH to its program';

/**
 * `leftOut`: patterns of suites for Jest to ignore. `notice`: what whoever runs the tests must be told. `missing`: Chromium is not there
 * although SKEIN_REQUIRE_CHROMIUM=1 asks for it; the suite runs then, and fails.
 */
export function chromiumSuite(env = process.env) {
  const places = JSON.parse(readFileSync(join(ROOT, 'test/src/support/chromium-places.json'), 'utf8'));
  const wanted = env.CHROMIUM_PATH === undefined ? places : [env.CHROMIUM_PATH];
  if (wanted.some((place) => existsSync(place))) return { leftOut: [], notice: undefined, missing: false };
  if (env.SKEIN_REQUIRE_CHROMIUM === '1') return { leftOut: [], notice: `Chromium is required and not there: ${HOW}`, missing: true };
  return { leftOut: [`/${SUITE}$`], notice: `NOT RUN: ${SUITE}, because there is no Chromium; ${HOW}`, missing: false };
}
