//! A live WebM as browsers' recorders write it, piece by piece, and the reading of a
//! finished one. Its pictures and sounds are texts that can be found again: a mark
//! and a number.

import { chance } from './random.js';

/** Elements of Matroska (RFC 9559, section 5). */
const ID = {
  ebml: 0x1a45dfa3,
  version: 0x4286,
  readVersion: 0x42f7,
  maxIdLength: 0x42f2,
  maxSizeLength: 0x42f3,
  docType: 0x4282,
  docTypeVersion: 0x4287,
  docTypeReadVersion: 0x4285,
  segment: 0x18538067,
  info: 0x1549a966,
  timestampScale: 0x2ad7b1,
  muxingApp: 0x4d80,
  writingApp: 0x5741,
  tracks: 0x1654ae6b,
  trackEntry: 0xae,
  trackNumber: 0xd7,
  trackUid: 0x73c5,
  trackType: 0x83,
  codec: 0x86,
  codecPrivate: 0x63a2,
  video: 0xe0,
  width: 0xb0,
  height: 0xba,
  audio: 0xe1,
  rate: 0xb5,
  channels: 0x9f,
  cluster: 0x1f43b675,
  timestamp: 0xe7,
  simpleBlock: 0xa3,
};

const AUDIO = 1;
const VIDEO = 2;

/** What a sound of Opus (RFC 6716, section 3.1) and pictures of VP8 (RFC 6386, section 9.1) begin with. */
const STARTS = { sound: hex('f8'), key: hex('100200 9d012a 8002 e001'), picture: hex('310200') };

/** How far apart sounds, pictures and clusters begin, in milliseconds. */
const SOUND = 20;
const PICTURE = 40;
const CLUSTER = 1_000;

/** How many bytes of a chunk at most wait for the next one, as a writer holds them back. */
const HELD_BACK = 300;

/**
 * A piece of a recording.
 * @typedef {{ bytes: Buffer, at: number, length: number }} Piece
 */

/** What one run of a recorder makes. */
export class LiveWebm {
  /** Every picture and sound up to now, in order. */
  /** @type {Buffer[]} */
  blocks = [];
  /** Where the next piece begins, in milliseconds. */
  at = 0;
  #held = header();
  #cluster = -CLUSTER;
  #chance;

  /**
   * @param {string} mark is in every block
   * @param {{ seed?: number, pictureBytes?: number, soundBytes?: number }} [options]
   */
  constructor(mark, { seed = 1, pictureBytes = 3_000, soundBytes = 160 } = {}) {
    this.mark = mark;
    this.sizes = { [VIDEO]: pictureBytes, [AUDIO]: soundBytes };
    this.#chance = chance(seed);
  }

  /**
   * The next piece. Elements are cut in two where it ends, unless it is the last.
   * @param {number} length milliseconds
   * @param {{ isLast?: boolean }} [options]
   * @returns {Piece}
   */
  piece(length, { isLast = false } = {}) {
    const { at } = this;
    const all = Buffer.concat([this.#held, ...this.#elements(at, at + length)]);
    const kept = isLast ? 0 : Math.min(this.#chance(HELD_BACK), all.length - 1);
    const end = all.length - kept;
    this.#held = all.subarray(end);
    this.at = at + length;
    return { bytes: all.subarray(0, end), at, length };
  }

  /** @returns {Iterable<Buffer>} */
  *#elements(/** @type {number} */ from, /** @type {number} */ until) {
    for (let time = from; time < until; time += 1) {
      const isPicture = time % PICTURE === 0;
      const isKey = isPicture && time - this.#cluster >= CLUSTER;
      if (isKey) {
        this.#cluster = time;
        yield opened(ID.cluster);
        yield element(ID.timestamp, uint(time));
      }
      if (isPicture) yield this.#block(VIDEO, time, isKey);
      if (time % SOUND === 0) yield this.#block(AUDIO, time, true);
    }
  }

  #block(/** @type {number} */ track, /** @type {number} */ time, /** @type {boolean} */ isKey) {
    const payload = Buffer.alloc(this.sizes[track], `${this.mark} ${this.blocks.length} `);
    (track === AUDIO ? STARTS.sound : isKey ? STARTS.key : STARTS.picture).copy(payload);
    this.blocks.push(payload);
    const head = Buffer.alloc(4);
    head[0] = 0x80 | track;
    head.writeInt16BE(time - this.#cluster, 1);
    head[3] = isKey ? 0x80 : 0;
    return element(ID.simpleBlock, head, payload);
  }
}

/**
 * The pictures and sounds of a finished WebM, in order.
 * @param {Buffer} file
 * @returns {Buffer[]}
 */
export function blocksOf(file) {
  /** @type {Buffer[]} */
  const found = [];
  walk(file, found);
  return found;
}

function walk(/** @type {Buffer} */ bytes, /** @type {Buffer[]} */ found) {
  for (let place = 0; place < bytes.length; ) {
    const id = readNumber(bytes, place);
    const size = readNumber(bytes, place + id.length);
    const start = place + id.length + size.length;
    const end = start + size.value;
    if (end > bytes.length) throw new Error(`an element at ${place} ends after the file does`);
    const content = bytes.subarray(start, end);
    if (id.whole === ID.segment || id.whole === ID.cluster) walk(content, found);
    // A number of one byte, a time and flags come first.
    if (id.whole === ID.simpleBlock) found.push(content.subarray(4));
    place = end;
  }
}

/** A number whose length stands in the zeros in front of it (RFC 8794, section 4). */
function readNumber(/** @type {Buffer} */ bytes, /** @type {number} */ at) {
  const length = Math.clz32(bytes[at]) - 23;
  let [whole, value] = [bytes[at], bytes[at] & (0xff >> length)];
  for (const byte of bytes.subarray(at + 1, at + length)) {
    [whole, value] = [whole * 256 + byte, value * 256 + byte];
  }
  return { length, whole, value };
}

function header() {
  const ebml = element(
    ID.ebml,
    element(ID.version, uint(1)),
    element(ID.readVersion, uint(1)),
    element(ID.maxIdLength, uint(4)),
    element(ID.maxSizeLength, uint(8)),
    element(ID.docType, Buffer.from('webm')),
    element(ID.docTypeVersion, uint(4)),
    element(ID.docTypeReadVersion, uint(2)),
  );
  const app = Buffer.from('QTmuxingAppLibWebM-0.0.1');
  const info = element(
    ID.info,
    element(ID.timestampScale, uint(1_000_000)),
    element(ID.muxingApp, app),
    element(ID.writingApp, app),
  );
  return Buffer.concat([ebml, opened(ID.segment), info, element(ID.tracks, sound(), picture())]);
}

function sound() {
  const rate = Buffer.alloc(4);
  rate.writeFloatBE(48_000);
  // RFC 7845, section 5.1.
  const opus = Buffer.from('OpusHead\x01\x01\x00\x00\x80\xbb\x00\x00\x00\x00\x00', 'latin1');
  return element(
    ID.trackEntry,
    element(ID.trackNumber, uint(AUDIO)),
    element(ID.trackUid, uint(AUDIO)),
    element(ID.trackType, uint(2)),
    element(ID.codec, Buffer.from('A_OPUS')),
    element(ID.codecPrivate, opus),
    element(ID.audio, element(ID.rate, rate), element(ID.channels, uint(1))),
  );
}

function picture() {
  return element(
    ID.trackEntry,
    element(ID.trackNumber, uint(VIDEO)),
    element(ID.trackUid, uint(VIDEO)),
    element(ID.trackType, uint(1)),
    element(ID.codec, Buffer.from('V_VP8')),
    element(ID.video, element(ID.width, uint(640)), element(ID.height, uint(480))),
  );
}

/** An element whose size is in eight bytes. */
function element(/** @type {number} */ id, /** @type {Buffer[]} */ ...content) {
  const bytes = Buffer.concat(content);
  const size = Buffer.alloc(8);
  size.writeBigUInt64BE((1n << 56n) | BigInt(bytes.length));
  return Buffer.concat([uint(id), size, bytes]);
}

/** The beginning of an element whose size nobody knows yet. */
function opened(/** @type {number} */ id) {
  return Buffer.concat([uint(id), hex('01ffffffffffffff')]);
}

/** A number in as few bytes as it takes. */
function uint(/** @type {number} */ value) {
  const digits = value.toString(16);
  return hex(digits.padStart(digits.length + (digits.length % 2), '0'));
}

function hex(/** @type {string} */ digits) {
  return Buffer.from(digits.replaceAll(' ', ''), 'hex');
}
