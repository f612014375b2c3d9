import type { Piece, TabPage } from './dashboard.js';

const COLUMNS = 24;
/** Rows that the names of tabs take. */
const TAB_HEAD = 4;

/** A piece at its place. `i` is unique on its page, `id` on the dashboard: tab, page and piece, joined by `-`. */
export type PlacedPiece = Readonly<Record<string, unknown>> & { readonly y: number; readonly h: number };

/** Puts pieces from left to right, and below as soon as a row of 24 columns is full. */
export function placed(pieces: readonly Piece[], page = ''): readonly PlacedPiece[] {
  let [x, y, rowHeight] = [0, 0, 0];
  return pieces.map((piece, n) => {
    const { tabs, ...settings } = piece;
    if (x + piece.w > COLUMNS) [x, y, rowHeight] = [0, y + rowHeight, 0];
    const id = `${page}${n}`;
    const at = { ...settings, x, y, i: String(n), id };
    x += piece.w;
    const grown = tabs === undefined ? at : { ...at, ...pagesOf(tabs, id) };
    rowHeight = Math.max(rowHeight, grown.h);
    return grown;
  });
}

/** Tabs are as high as the highest of their pages. */
function pagesOf(tabs: readonly TabPage[], id: string) {
  const children = tabs.map(({ name, expression, pieces }, page) => ({
    name,
    ...(expression !== undefined && { expression }),
    children: placed(pieces, `${id}-${page}-`),
  }));
  const h = TAB_HEAD + Math.max(...children.map((page) => Math.max(0, ...page.children.map((piece) => piece.y + piece.h))));
  return { h, activedTabIndex: 0, children };
}
