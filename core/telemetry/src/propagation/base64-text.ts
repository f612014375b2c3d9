const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;
const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Standard alphabet with padding, of the UTF-8 bytes. */
export const toBase64 = (text: string): string => Buffer.from(text, 'utf8').toString('base64');

/** Undefined for what is no base64 (padding may be missing) or no UTF-8. */
export function fromBase64(encoded: string): string | undefined {
  const digits = encoded.replace(/={1,2}$/, '').length;
  if (!BASE64.test(encoded) || digits % 4 === 1) return undefined;
  try {
    return UTF8.decode(Buffer.from(encoded, 'base64'));
  } catch {
    return undefined;
  }
}
