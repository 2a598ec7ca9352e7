//! The picture of a recording: everybody side by side, with their names and the
//! time, drawn frame by frame.

import { cropped, fitted, mosaic, type Box, type Placed, type Size } from './mosaic';
import type { Seat } from './scene';

/** How large the picture is. */
export const PICTURE: Size = { width: 1280, height: 720 };

/** The house takes no larger posters. */
const LARGEST_POSTER = 512 * 1024;

/** What is used to draw. */
export interface Drawing {
  canvas: HTMLCanvasElement;
  /** A place in the page where nobody sees it: elements that are in no page do not
   *  play everywhere. */
  backstage: HTMLElement;
  now: () => Date;
}

/** A picture that is drawn again at each tick. */
export class Composer {
  readonly #drawing: Drawing;
  readonly #context: CanvasRenderingContext2D;
  readonly #track: CanvasCaptureMediaStreamTrack;
  readonly #videos = new Map<MediaStreamTrack, HTMLVideoElement>();
  #placed: Placed<Seat>[] = [];

  constructor(drawing: Drawing) {
    const { canvas } = drawing;
    canvas.width = PICTURE.width;
    canvas.height = PICTURE.height;
    const context = canvas.getContext('2d', { alpha: false });
    if (context === null) throw new Error('This browser draws no pictures.');
    this.#drawing = drawing;
    this.#context = context;
    // Frames are asked for one by one.
    this.#track = canvas.captureStream(0).getVideoTracks()[0] as CanvasCaptureMediaStreamTrack;
  }

  /** What is drawn, as a track. */
  get track(): MediaStreamTrack {
    return this.#track;
  }

  /** Shows these from now on, and nobody else. */
  show(seats: readonly Seat[]): void {
    this.#placed = mosaic(seats, PICTURE);
    const pictures = new Set(this.#placed.map((it) => it.tile.picture));
    for (const track of this.#videos.keys()) {
      if (!pictures.has(track)) this.#remove(track);
    }
    for (const track of pictures) {
      if (track !== null && !this.#videos.has(track)) this.#add(track);
    }
  }

  /** Draws one frame. */
  draw(): void {
    const paint = this.#context;
    paint.fillStyle = '#0F1413';
    paint.fillRect(0, 0, PICTURE.width, PICTURE.height);
    for (const placed of this.#placed) this.#drawTile(placed);
    this.#drawClock();
    this.#track.requestFrame();
  }

  /** The picture as it is now, to show what is in the recording. */
  async poster(): Promise<Blob | null> {
    for (const quality of [0.8, 0.5]) {
      const image = await this.#jpeg(quality);
      if (image !== null && image.size <= LARGEST_POSTER) return image;
    }
    return null;
  }

  /** Shows nobody any more. */
  close(): void {
    this.show([]);
    this.#track.stop();
    this.#drawing.backstage.remove();
  }

  #drawTile({ tile, box }: Placed<Seat>): void {
    const paint = this.#context;
    paint.fillStyle = '#26302D';
    paint.fillRect(box.x, box.y, box.width, box.height);
    const video = tile.picture === null ? undefined : this.#videos.get(tile.picture);
    if (video === undefined || video.videoWidth === 0) this.#drawName(tile.name, box);
    else if (tile.screen) this.#drawWhole(video, box);
    else this.#drawFilling(video, box);
    this.#drawLabel(tile.screen ? `${tile.name}: screen` : tile.name, box);
  }

  #drawWhole(video: HTMLVideoElement, box: Box): void {
    const at = fitted(sizeOf(video), box);
    this.#context.drawImage(video, at.x, at.y, at.width, at.height);
  }

  #drawFilling(video: HTMLVideoElement, { x, y, width, height }: Box): void {
    const part = cropped(sizeOf(video), { width, height });
    const source = [part.x, part.y, part.width, part.height] as const;
    this.#context.drawImage(video, ...source, x, y, width, height);
  }

  /** Who is not seen is there nevertheless. */
  #drawName(name: string, { x, y, width, height }: Box): void {
    const paint = this.#context;
    paint.fillStyle = '#EAF1EE';
    paint.font = '600 36px system-ui, sans-serif';
    paint.textAlign = 'center';
    paint.textBaseline = 'middle';
    paint.fillText(name, x + width / 2, y + height / 2, width - 32);
  }

  #drawLabel(text: string, { x, y, width, height }: Box): void {
    this.#drawText(text, { x: x + 12, y: y + height - 44, width: width - 24 }, 'left');
  }

  #drawClock(): void {
    const at = { x: PICTURE.width - 24, y: 20, width: PICTURE.width };
    this.#drawText(clock(this.#drawing.now()), at, 'right');
  }

  /** Text on a ground that makes it legible on any picture. */
  #drawText(text: string, { x, y, width }: Omit<Box, 'height'>, align: 'left' | 'right'): void {
    const paint = this.#context;
    paint.font = '500 20px system-ui, sans-serif';
    const wide = Math.min(paint.measureText(text).width, width - 16);
    const left = align === 'left' ? x : x - wide - 16;
    paint.fillStyle = 'rgba(15, 20, 19, 0.75)';
    paint.fillRect(left, y, wide + 16, 32);
    paint.fillStyle = '#EAF1EE';
    paint.textAlign = 'left';
    paint.textBaseline = 'middle';
    paint.fillText(text, left + 8, y + 16, wide);
  }

  #add(track: MediaStreamTrack): void {
    const video = document.createElement('video');
    video.muted = true;
    video.playsInline = true;
    video.srcObject = new MediaStream([track]);
    this.#videos.set(track, video);
    this.#drawing.backstage.append(video);
    video.play().catch(() => undefined);
  }

  #remove(track: MediaStreamTrack): void {
    const video = this.#videos.get(track);
    this.#videos.delete(track);
    if (video === undefined) return;
    video.srcObject = null;
    video.remove();
  }

  #jpeg(quality: number): Promise<Blob | null> {
    return new Promise((resolve) => {
      this.#drawing.canvas.toBlob(resolve, 'image/jpeg', quality);
    });
  }
}

/** The time where the recorder is, and how far that is from UTC. */
export function clock(now: Date): string {
  const offset = -now.getTimezoneOffset();
  const here = new Date(now.getTime() + offset * 60_000).toISOString();
  const hours = String(Math.floor(Math.abs(offset) / 60)).padStart(2, '0');
  const minutes = String(Math.abs(offset) % 60).padStart(2, '0');
  const sign = offset < 0 ? '-' : '+';
  return `${here.slice(0, 10)} ${here.slice(11, 19)} UTC${sign}${hours}:${minutes}`;
}

function sizeOf({ videoWidth: width, videoHeight: height }: HTMLVideoElement): Size {
  return { width, height };
}
