//! Where everything is in a recorded picture. Lengths are pixels.

/** A rectangle, from its upper left corner. */
export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** How large a picture is. */
export type Size = Pick<Box, 'width' | 'height'>;

/** Something to show: a face, a name, or a screen. */
export interface Tile {
  /** It is a screen: it is shown large, and whole. */
  screen: boolean;
}

/** A tile in its place. */
export interface Placed<T extends Tile> {
  tile: T;
  box: Box;
}

/** More would be too small to recognize anybody. */
export const MOST_TILES = 9;

/** Between tiles, and around all of them. */
const GAP = 8;

/** How much of the width a screen takes when others are beside it. */
const SCREEN_SHARE = 0.78;

/** How many fit below each other beside a screen. */
const MOST_BESIDE = 4;

/** Everything side by side; a screen large, with the others beside it. Of too many,
 *  the first are shown. */
export function mosaic<T extends Tile>(tiles: readonly T[], size: Size): Placed<T>[] {
  const screen = tiles.find((it) => it.screen);
  const others = tiles.filter((it) => it !== screen);
  const frame = { x: GAP, y: GAP, width: size.width - GAP, height: size.height - GAP };
  if (screen === undefined) return grid(others.slice(0, MOST_TILES), frame, columnsFor(others));
  const shown = others.slice(0, MOST_TILES - 1);
  if (shown.length === 0) return grid([screen], frame, 1);
  const width = Math.round(frame.width * SCREEN_SHARE);
  const beside = { ...frame, x: frame.x + width, width: frame.width - width };
  const columns = Math.ceil(shown.length / MOST_BESIDE);
  return [...grid([screen], { ...frame, width }, 1), ...grid(shown, beside, columns)];
}

function columnsFor(tiles: readonly unknown[]): number {
  return Math.ceil(Math.sqrt(Math.min(tiles.length, MOST_TILES)));
}

/** Rows of as many tiles; what is left over is in the middle of the last one. Each
 *  tile has its gap to the right and below. */
function grid<T extends Tile>(tiles: readonly T[], frame: Box, columns: number): Placed<T>[] {
  const rows = Math.ceil(tiles.length / columns);
  const width = frame.width / columns;
  const height = frame.height / rows;
  return tiles.map((tile, index) => {
    const row = Math.floor(index / columns);
    const inRow = Math.min(columns, tiles.length - row * columns);
    const indent = ((columns - inRow) * width) / 2;
    const x = frame.x + indent + (index % columns) * width;
    return { tile, box: rounded({ x, y: frame.y + row * height, width, height }) };
  });
}

function rounded({ x, y, width, height }: Box): Box {
  const left = Math.round(x);
  const top = Math.round(y);
  return {
    x: left,
    y: top,
    width: Math.round(x + width) - left - GAP,
    height: Math.round(y + height) - top - GAP,
  };
}

/** The part of a picture that fills a box: a face may lose its surroundings. */
export function cropped(picture: Size, box: Size): Box {
  const scale = Math.min(picture.width / box.width, picture.height / box.height);
  return centred(picture, { width: box.width * scale, height: box.height * scale });
}

/** Where in a box all of a picture is: of a screen nothing may be missing. */
export function fitted(picture: Size, box: Box): Box {
  const scale = Math.min(box.width / picture.width, box.height / picture.height);
  const inside = centred(box, { width: picture.width * scale, height: picture.height * scale });
  return { ...inside, x: box.x + inside.x, y: box.y + inside.y };
}

function centred(around: Size, size: Size): Box {
  const x = (around.width - size.width) / 2;
  return { x, y: (around.height - size.height) / 2, ...size };
}
