// The official JavaScript client against the example `conformance`:
//
//   PING_TIMEOUT=5000 cargo run --example conformance &
//   npm ci && SERVER_URL=http://127.0.0.1:3000 node --test
//
// A longer ping timeout than the published suites want, because here one
// process is both the client and busy with 20,000 events.

import assert from "node:assert/strict";
import { once } from "node:events";
import { after, describe, test } from "node:test";

import { io } from "socket.io-client";

const SERVER_URL = process.env.SERVER_URL ?? "http://127.0.0.1:3000";
const EVENTS = 20_000;

const TRANSPORTS = {
  websocket: ["websocket"],
  polling: ["polling"],
  "polling, then websocket": ["polling", "websocket"],
};

const opened = new Set();

function open(transports, namespace = "/", options = {}) {
  const socket = io(SERVER_URL + namespace, {
    transports,
    forceNew: true,
    reconnection: false,
    ...options,
  });
  opened.add(socket);
  return socket;
}

/** Waits for one event; its arguments. */
function next(socket, event) {
  return new Promise((resolve) => socket.once(event, (...args) => resolve(args)));
}

async function connected(transports, namespace, options) {
  const socket = open(transports, namespace, options);
  await next(socket, "connect");
  return socket;
}

after(() => {
  for (const socket of opened) {
    socket.disconnect();
  }
});

for (const [name, transports] of Object.entries(TRANSPORTS)) {
  describe(name, () => {
    test("connects, with an id that is not the transport's", async () => {
      const socket = await connected(transports);
      assert.match(socket.id, /^[\w-]{22}$/);
      assert.notEqual(socket.id, socket.io.engine.id);
      socket.disconnect();
    });

    test("passes its credentials on", async () => {
      const socket = open(transports, "/custom", { auth: { token: "abc", n: [1, null] } });
      assert.deepEqual(await next(socket, "auth"), [{ token: "abc", n: [1, null] }]);
      socket.disconnect();
    });

    test("is told why it is refused", async () => {
      const socket = open(transports, "/", { auth: { token: "refuse-me" } });
      const [error] = await next(socket, "connect_error");
      assert.equal(error.message, "Not authorized");
      assert.deepEqual(error.data, { code: "refused" });
      const stray = open(transports, "/nowhere");
      const [unknown] = await next(stray, "connect_error");
      assert.equal(unknown.message, "Invalid namespace");
      socket.disconnect();
      stray.disconnect();
    });

    test("is in two namespaces over one connection", async () => {
      const main = open(transports);
      const custom = main.io.socket("/custom");
      await Promise.all([next(main, "connect"), next(custom, "connect")]);
      assert.notEqual(main.id, custom.id);
      custom.emit("message", "one");
      assert.deepEqual(await next(custom, "message-back"), ["one"]);
      custom.disconnect();
      main.emit("message", "two");
      assert.deepEqual(await next(main, "message-back"), ["two"]);
      main.disconnect();
    });

    test("sends and receives any arguments", async () => {
      const socket = await connected(transports);
      const values = [1, "zwei €🦀", { three: [true, null, 4.5] }, [], ""];
      socket.emit("message", ...values);
      assert.deepEqual(await next(socket, "message-back"), values);
      socket.emit("message");
      assert.deepEqual(await next(socket, "message-back"), []);
      socket.disconnect();
    });

    test("sends and receives bytes", async () => {
      const socket = await connected(transports);
      const bytes = Buffer.from([0, 1, 2, 253, 254, 255]);
      socket.emit("message", { deep: [bytes] }, bytes, "text");
      const [first, second, third] = await next(socket, "message-back");
      assert.deepEqual(Buffer.from(first.deep[0]), bytes);
      assert.deepEqual(Buffer.from(second), bytes);
      assert.equal(third, "text");
      socket.disconnect();
    });

    test("gets its acknowledgements", async () => {
      const socket = await connected(transports);
      assert.deepEqual(await socket.emitWithAck("message-with-ack", { a: 1 }), { a: 1 });
      const bytes = Buffer.from([1, 2, 3]);
      const back = await socket.emitWithAck("message-with-ack", bytes);
      assert.deepEqual(Buffer.from(back), bytes);
      await assert.rejects(socket.timeout(50).emitWithAck("unknown"), /timed out/);
      socket.disconnect();
    });

    test("answers the server", async () => {
      const socket = await connected(transports);
      socket.once("question", (question, answer) => answer(question, Buffer.from([7])));
      socket.emit("ask-me", { what: "now" });
      const [question, bytes] = await next(socket, "answered");
      assert.deepEqual(question, { what: "now" });
      assert.deepEqual(Buffer.from(bytes), Buffer.from([7]));
      socket.emit("ask-me", "nobody listens");
      assert.deepEqual(await next(socket, "unanswered"), ["no answer in time"]);
      socket.disconnect();
    });

    test("leaves, and is sent away", async () => {
      const leaving = await connected(transports);
      leaving.disconnect();
      assert.equal(leaving.connected, false);
      for (const wish of ["leave-me", "close-me"]) {
        const socket = await connected(transports);
        socket.emit(wish);
        assert.deepEqual((await next(socket, "disconnect"))[0], "io server disconnect");
        socket.disconnect();
      }
    });

    test(`sends and receives ${EVENTS} events in order`, async () => {
      const socket = await connected(transports);
      for (let number = 0; number < EVENTS; number++) {
        socket.emit("ordered", number);
      }
      assert.deepEqual(await socket.emitWithAck("how-ordered"), { count: EVENTS, inversions: 0 });
      const received = [];
      const all = new Promise((resolve) => {
        socket.on("ordered", (number) => {
          received.push(number);
          if (received.length === EVENTS) resolve();
        });
      });
      socket.emit("send-ordered", EVENTS);
      await all;
      assert.ok(received.every((number, index) => number === index));
      socket.disconnect();
    });

    test("stays as long as it answers pings", async () => {
      const socket = await connected(transports);
      for (let pings = 0; pings < 4; pings++) {
        await once(socket.io.engine, "ping");
      }
      assert.equal(socket.connected, true);
      socket.disconnect();
    });

    test("comes back when the connection breaks", async () => {
      const socket = await connected(transports, "/", {
        reconnection: true,
        reconnectionDelay: 1,
        reconnectionDelayMax: 10,
      });
      for (let round = 0; round < 3; round++) {
        const id = socket.id;
        socket.io.engine.close();
        await next(socket, "connect");
        assert.notEqual(socket.id, id);
        assert.equal(await socket.emitWithAck("message-with-ack", round), round);
      }
      socket.disconnect();
    });

    test("is one of fifty", async () => {
      const sockets = await Promise.all(Array.from({ length: 50 }, () => connected(transports)));
      const answers = sockets.map((it, index) => it.emitWithAck("message-with-ack", index));
      assert.deepEqual(await Promise.all(answers), [...sockets.keys()]);
      assert.equal(new Set(sockets.map((it) => it.id)).size, 50);
      for (const socket of sockets) {
        socket.disconnect();
      }
    });
  });
}

test("the change to a websocket loses nothing", async () => {
  for (let round = 0; round < 10; round++) {
    const socket = open(["polling", "websocket"]);
    assert.equal(socket.io.engine.transport.name, "polling");
    const upgraded = once(socket.io.engine, "upgrade");
    let sent = 0;
    const sending = setInterval(() => {
      for (let burst = 0; burst < 5; burst++) socket.emit("ordered", sent++);
    }, 0);
    await Promise.all([upgraded, next(socket, "connect")]);
    clearInterval(sending);
    assert.equal(socket.io.engine.transport.name, "websocket");
    for (let last = 0; last < 100; last++) socket.emit("ordered", sent++);
    assert.deepEqual(await socket.emitWithAck("how-ordered"), { count: sent, inversions: 0 });
    socket.disconnect();
  }
});
