// The published suites of both protocols wait for one message at a time: two
// packets in one TCP segment reach the client in one turn of the event loop,
// and the second is lost before the suite listens for it. This hands every
// message, and the close after it, a turn of its own.
//
//   mocha --require <this file> test-suite.js

const { createRequire } = require("node:module");
const { WebSocket } = createRequire(`${process.cwd()}/package.json`)("ws");

const emit = WebSocket.prototype.emit;

WebSocket.prototype.emit = function (type, ...args) {
  if (type !== "message" && type !== "close") {
    return emit.call(this, type, ...args);
  }
  this.waiting ??= [];
  this.waiting.push([type, ...args]);
  if (this.waiting.length === 1) {
    setImmediate(deliver, this);
  }
  return true;
};

function deliver(socket) {
  emit.apply(socket, socket.waiting[0]);
  socket.waiting.shift();
  if (socket.waiting.length > 0) {
    setImmediate(deliver, socket);
  }
}
