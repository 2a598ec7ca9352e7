//! A TURN client of a few lines (RFC 8489, RFC 8656): what a client that follows
//! no rules but the protocol's could ask a relay for.

import { createHash, createHmac, randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { inTime, until } from './waiting.js';

const COOKIE = 0x2112a442;
const HEADER = 20;
/** HMAC-SHA1 and the head of its attribute. */
const SEAL = 24;

const METHODS = { binding: 0x001, allocate: 0x003, refresh: 0x004, permission: 0x008, channel: 0x009 };
const SEND_INDICATION = 0x0016;
const DATA_INDICATION = 0x0017;
/** The bits of a method's answers: success, and refusal. */
const ANSWERS = [0x0100, 0x0110];
const ERROR = 0x0110;

const ATTRIBUTES = {
  username: 0x0006,
  seal: 0x0008,
  error: 0x0009,
  channel: 0x000c,
  lifetime: 0x000d,
  peer: 0x0012,
  data: 0x0013,
  realm: 0x0014,
  nonce: 0x0015,
  relayed: 0x0016,
  transport: 0x0019,
  mapped: 0x0020,
};

/** UDP, as `REQUESTED-TRANSPORT` names it. */
const UDP = Buffer.from([17, 0, 0, 0]);

/** @typedef {{ host: string, port: number }} Address */
/** @typedef {{ username: string, credential: string }} Credential */
/** @typedef {{ type: number, id: Buffer, attributes: Map<number, Buffer> }} Message */

/**
 * Made as coturn's `use-auth-secret` and the house do it.
 * @param {string} secret
 * @param {string} user
 * @param {number} [seconds] that it lasts
 * @returns {Credential}
 */
export function turnCredential(secret, user, seconds = 3_600) {
  const username = `${Math.floor(Date.now() / 1_000) + seconds}:${user}`;
  return { username, credential: createHmac('sha1', secret).update(username).digest('base64') };
}

/**
 * A socket that speaks to a relay, closed when the test is over.
 * @param {{ after: (work: () => void) => void }} owner
 * @param {Address} server
 * @param {Credential} [credential]
 */
export async function turnClient(owner, server, credential) {
  const client = new TurnClient(server, credential);
  owner.after(() => client.close());
  await client.open();
  return client;
}

/** One 5-tuple, over UDP. */
class TurnClient {
  /** @type {Map<string, (answer: Message) => void>} */
  #waiting = new Map();
  /** @type {{ peer: Address, data: string }[]} */
  #received = [];
  #realm = Buffer.alloc(0);
  #nonce = Buffer.alloc(0);

  /**
   * @param {Address} server
   * @param {Credential} [credential]
   */
  constructor(server, credential) {
    this.server = server;
    this.credential = credential;
    this.socket = createSocket(server.host.includes(':') ? 'udp6' : 'udp4');
    this.socket.on('message', (bytes) => this.#hear(bytes));
  }

  async open() {
    this.socket.bind(0, this.server.host.includes(':') ? '::' : '0.0.0.0');
    await once(this.socket, 'listening');
  }

  close() {
    this.socket.close();
  }

  /** The address the server sees. */
  async binding() {
    const answer = await this.#ask(METHODS.binding, []);
    return addressOf(answer, ATTRIBUTES.mapped);
  }

  /** The relayed address, after the refusal every client begins with. */
  async allocate() {
    const wanted = /** @type {Attribute[]} */ ([[ATTRIBUTES.transport, UDP]]);
    const answer = await this.#request(METHODS.allocate, wanted);
    return { code: codeOf(answer), relayed: addressOf(answer, ATTRIBUTES.relayed) };
  }

  /** Asks to keep what was allocated; 0 for yes, else why not. */
  async refresh(seconds = 600) {
    return codeOf(await this.#request(METHODS.refresh, [[ATTRIBUTES.lifetime, number(seconds)]]));
  }

  /** Asks to exchange packets with this host; 0 for yes, else why not. */
  async permit(/** @type {string} */ host) {
    const peer = { host, port: 9 };
    return codeOf(await this.#request(METHODS.permission, [[ATTRIBUTES.peer, xor(peer)]]));
  }

  /** The same by a channel. */
  async bindChannel(/** @type {number} */ channel, /** @type {Address} */ peer) {
    const wanted = number(channel * 0x10000);
    return codeOf(
      await this.#request(METHODS.channel, [[ATTRIBUTES.channel, wanted], [ATTRIBUTES.peer, xor(peer)]]),
    );
  }

  /** Sends something to a peer, which nobody confirms. */
  send(/** @type {Address} */ peer, /** @type {string} */ data) {
    this.#say(SEND_INDICATION, randomBytes(12), [
      [ATTRIBUTES.peer, xor(peer)],
      [ATTRIBUTES.data, Buffer.from(data)],
    ]);
  }

  /** The next thing a peer sent. */
  receive() {
    return until(() => this.#received.shift(), 'nothing was relayed to the client');
  }

  /** What arrived up to now and nobody has asked for. */
  received() {
    return this.#received.splice(0);
  }

  /**
   * A request with credentials; what the server wants them for is learnt from
   * its first refusal.
   * @param {number} method
   * @param {Attribute[]} attributes
   */
  async #request(method, attributes) {
    const answer = await this.#ask(method, attributes);
    const isAsked = [401, 438].includes(codeOf(answer)) && this.credential !== undefined;
    if (!isAsked || !this.#learn(answer)) return answer;
    return this.#ask(method, attributes);
  }

  /** Whether the refusal says something new. */
  #learn(/** @type {Message} */ refusal) {
    const nonce = refusal.attributes.get(ATTRIBUTES.nonce);
    if (nonce === undefined || nonce.equals(this.#nonce)) return false;
    this.#nonce = nonce;
    this.#realm = refusal.attributes.get(ATTRIBUTES.realm) ?? this.#realm;
    return true;
  }

  /**
   * @param {number} method
   * @param {Attribute[]} attributes
   * @returns {Promise<Message>}
   */
  async #ask(method, attributes) {
    const id = randomBytes(12);
    const key = id.toString('hex');
    const answered = new Promise((resolve) => this.#waiting.set(key, resolve));
    const isSealed = this.#nonce.length > 0 && method !== METHODS.binding;
    // Loopback loses a packet only when the other end has no room.
    const say = () => this.#say(method, id, attributes, isSealed);
    const again = setInterval(say, 500);
    say();
    try {
      const answer = await inTime(answered, `no answer to ${method} from port ${this.server.port}`);
      const isAnswer = ANSWERS.some((it) => answer.type === (method | it));
      if (!isAnswer) throw new Error(`an answer of type ${answer.type} to ${method}`);
      return answer;
    } finally {
      clearInterval(again);
      this.#waiting.delete(key);
    }
  }

  /**
   * @param {number} type
   * @param {Buffer} id
   * @param {Attribute[]} attributes
   */
  #say(type, id, attributes, isSealed = false) {
    const { username, credential } = this.credential ?? { username: '', credential: '' };
    const all = isSealed
      ? [
          ...attributes,
          [ATTRIBUTES.username, Buffer.from(username)],
          [ATTRIBUTES.realm, this.#realm],
          [ATTRIBUTES.nonce, this.#nonce],
        ]
      : attributes;
    const message = encode(type, id, /** @type {Attribute[]} */ (all));
    const secret = `${username}:${this.#realm}:${credential}`;
    const bytes = isSealed ? seal(message, createHash('md5').update(secret).digest()) : message;
    this.socket.send(bytes, this.server.port, this.server.host);
  }

  /** @param {Buffer} bytes */
  #hear(bytes) {
    const message = decode(bytes);
    if (message === undefined) return;
    if (message.type !== DATA_INDICATION) {
      this.#waiting.get(message.id.toString('hex'))?.(message);
      return;
    }
    const peer = addressOf(message, ATTRIBUTES.peer);
    const data = message.attributes.get(ATTRIBUTES.data);
    if (peer && data) this.#received.push({ peer, data: data.toString() });
  }
}

/** @typedef {[type: number, value: Buffer]} Attribute */

/**
 * @param {number} type
 * @param {Buffer} id
 * @param {Attribute[]} attributes
 */
function encode(type, id, attributes) {
  const body = Buffer.concat(attributes.map(([type, value]) => attribute(type, value)));
  const head = Buffer.alloc(8);
  head.writeUInt16BE(type, 0);
  head.writeUInt16BE(body.length, 2);
  head.writeUInt32BE(COOKIE, 4);
  return Buffer.concat([head, id, body]);
}

/** Adds `MESSAGE-INTEGRITY`, which covers the length with itself. */
function seal(/** @type {Buffer} */ message, /** @type {Buffer} */ key) {
  message.writeUInt16BE(message.length - HEADER + SEAL, 2);
  const digest = createHmac('sha1', key).update(message).digest();
  return Buffer.concat([message, attribute(ATTRIBUTES.seal, digest)]);
}

function attribute(/** @type {number} */ type, /** @type {Buffer} */ value) {
  const bytes = Buffer.alloc(4 + Math.ceil(value.length / 4) * 4);
  bytes.writeUInt16BE(type, 0);
  bytes.writeUInt16BE(value.length, 2);
  value.copy(bytes, 4);
  return bytes;
}

/** @returns {Message | undefined} */
function decode(/** @type {Buffer} */ bytes) {
  if (bytes.length < HEADER || bytes.readUInt32BE(4) !== COOKIE) return undefined;
  const attributes = new Map();
  for (let at = HEADER; at + 4 <= bytes.length; ) {
    const length = bytes.readUInt16BE(at + 2);
    attributes.set(bytes.readUInt16BE(at), bytes.subarray(at + 4, at + 4 + length));
    at += 4 + Math.ceil(length / 4) * 4;
  }
  return { type: bytes.readUInt16BE(0), id: bytes.subarray(8, HEADER), attributes };
}

/** The code of a refusal; 0 if it is none. */
function codeOf(/** @type {Message} */ { type, attributes }) {
  if ((type & ERROR) !== ERROR) return 0;
  const error = attributes.get(ATTRIBUTES.error);
  return error === undefined ? -1 : error[2] * 100 + error[3];
}

function number(/** @type {number} */ value) {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

/** An IPv4 address as `XOR-PEER-ADDRESS` hides it from translating routers. */
function xor(/** @type {Address} */ { host, port }) {
  const bytes = Buffer.from([0, 1, 0, 0, ...host.split('.').map(Number)]);
  bytes.writeUInt16BE(port ^ (COOKIE >>> 16), 2);
  bytes.writeUInt32BE((bytes.readUInt32BE(4) ^ COOKIE) >>> 0, 4);
  return bytes;
}

/**
 * The reverse.
 * @param {Message} message
 * @param {number} type
 * @returns {Address | undefined}
 */
function addressOf({ attributes }, type) {
  const value = attributes.get(type);
  if (value === undefined || value.length !== 8) return undefined;
  const bytes = number((value.readUInt32BE(4) ^ COOKIE) >>> 0);
  return { host: bytes.join('.'), port: value.readUInt16BE(2) ^ (COOKIE >>> 16) };
}
