import { createHash } from 'node:crypto';

/**
 * What a page of the interface may load: what this server has, and the scripts that stand in the index.html itself, each by its digest. Scripts
 * may not make scripts of text; the official interface (10.2) does without. Styles may stand in the page: its charts, editor and components
 * set them one by one.
 * @param frames origins whose pages may be shown in frames
 */
export function contentSecurityPolicy(indexHtml: string, frames: readonly string[]): string {
  const digests = inlineScripts(indexHtml).map((text) => `'sha256-${createHash('sha256').update(text, 'utf8').digest('base64')}'`);
  return [
    "default-src 'self'",
    ["script-src 'self'", ...digests].join(' '),
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self' data:",
    "worker-src 'self' blob:",
    ["frame-src 'self'", ...frames].join(' '),
    "object-src 'none'",
    "base-uri 'self'",
    "form-action 'self'",
    "frame-ancestors 'self'",
  ].join('; ');
}

/** Texts between `<script ...>` and `</script>`; those of scripts with `src` are harmless. */
function inlineScripts(html: string): readonly string[] {
  const found: string[] = [];
  const lower = html.toLowerCase();
  let at = lower.indexOf('<script');
  while (at >= 0) {
    const begin = lower.indexOf('>', at) + 1;
    const end = begin === 0 ? -1 : lower.indexOf('</script', begin);
    if (end < 0) return found;
    if (end > begin) found.push(html.slice(begin, end));
    at = lower.indexOf('<script', end);
  }
  return found;
}
