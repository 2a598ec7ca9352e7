//! What a test asks of every page, whatever its client speaks: to call, to
//! answer, to join, to hang up, and to say what it heard and what it received.

/**
 * Who uses the page.
 * @typedef {{ url: string, token: string, id: string, name: string, role: string }} Me
 *
 * A visit of two. Without `place` the caller starts a call; with it both come
 * to that appointment.
 * @typedef {{ other: string, providerId: string, patientId: string, place?: string }} Visit
 */

/** How long to wait before asking again what has been opened. */
const ASK_AGAIN = 50;

/** Somebody with one client. */
export class Visitor {
  /** Everything heard, in order: the word and its payload. */
  heard = [];
  /** Who is at the other end, for clients with one peer connection. */
  other = '';
  #looks = new Set();

  /** @param {Me} me */
  constructor(me) {
    this.me = me;
  }

  /** Gets everything there is to get before the visit begins. */
  async ready() {}

  /** Comes to a place. Clients that come nowhere leave it out. */
  async join(/** @type {string} */ place) {
    throw new Error(`a client of this vocabulary cannot come to ${place}`);
  }

  /** Is there first, and rings the other if their vocabulary can be rung. */
  async call(/** @type {Visit} */ { other, place }) {
    this.other = other;
    await this.join(place);
  }

  /** Comes to the place, or to whatever was opened without one. */
  async answer(/** @type {Visit} */ { other, place }) {
    this.other = other;
    await this.join(place ?? (await this.whatIsOpen()));
  }

  /** The peer connections, by who is at the other end. */
  connections() {
    return new Map();
  }

  /** What came through each peer connection. */
  async stats() {
    const all = [...this.connections()];
    return Promise.all(all.map(async ([user, it]) => ({ user, ...(await received(it)) })));
  }

  /** Keeps everything a socket hears. */
  listen(socket) {
    socket.onAny((word, payload) => this.hear(word, payload));
    socket.on('connect_error', ({ message }) => this.hear('connect_error', { message }));
    return socket;
  }

  /** Keeps one thing heard. */
  hear(word, payload) {
    this.heard.push([word, payload]);
    this.#looks.forEach((look) => look());
  }

  /** The first payload heard with this word and these fields, now or later. */
  first(word, fields = {}) {
    return new Promise((resolve) => {
      const look = () => {
        const found = this.heard.find(([it, payload]) => it === word && contains(payload, fields));
        if (found === undefined) return;
        this.#looks.delete(look);
        resolve(found[1]);
      };
      this.#looks.add(look);
      look();
    });
  }

  /** Asks over REST. */
  async rest(method, path, body) {
    const response = await fetch(this.me.url + path, {
      method,
      headers: { authorization: `Bearer ${this.me.token}`, 'content-type': 'application/json' },
      body: body && JSON.stringify(body),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return JSON.parse(text);
  }

  /** The id of the room somebody has opened for this person. */
  async whatIsOpen() {
    for (;;) {
      const { data } = await this.rest('GET', '/api/consultations/active');
      if (data.length > 0) return data[0].id;
      await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN));
    }
  }
}

/** Shows the picture of somebody, as a page would. */
export function show(/** @type {string} */ user, /** @type {MediaStream} */ stream) {
  const known = document.getElementById(`picture-of-${user}`);
  const video = /** @type {HTMLVideoElement} */ (known ?? document.createElement('video'));
  video.id = `picture-of-${user}`;
  video.autoplay = true;
  video.srcObject = stream;
  document.body.append(video);
}

/** What came through one peer connection. */
async function received(/** @type {RTCPeerConnection} */ connection) {
  const sum = { state: connection.connectionState, frames: 0, packets: 0 };
  for (const it of (await connection.getStats()).values()) {
    if (it.type !== 'inbound-rtp') continue;
    if (it.kind === 'audio') sum.packets += it.packetsReceived;
    if (it.kind === 'video') sum.frames += it.framesDecoded;
  }
  return sum;
}

/** Whether `payload` has these fields, however deep, and maybe more. */
function contains(payload, fields) {
  if (typeof fields !== 'object' || fields === null) return payload === fields;
  if (typeof payload !== 'object' || payload === null) return false;
  return Object.entries(fields).every(([name, value]) => contains(payload[name], value));
}
