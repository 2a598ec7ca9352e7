//! Our own SDK, as a page of ours uses it.

import { WebRTCManager } from '@housecall/client';
import { io } from 'socket.io-client';
import { Visitor, show } from './visitor.js';

/** Somebody with the SDK. */
export class NativeVisitor extends Visitor {
  async ready() {
    this.manager = new WebRTCManager({
      url: this.me.url,
      token: async () => this.me.token,
      socket: (url, options) => this.listen(io(url, options)),
    });
    this.manager.subscribe(() => this.#draw());
    this.manager.connect();
    await this.#until(({ connection }) => connection === 'online');
  }

  async join(place) {
    await this.manager.join(place, { audio: true, video: true });
  }

  async call({ other }) {
    await this.manager.start([other], { purpose: 'video' });
  }

  /** Answers what rings, or joins what goes on. */
  async answer() {
    const shown = ({ calls }) => [...calls.values()].find((it) => it.phase !== 'ended');
    const call = await this.#until(shown);
    const { id } = call.wire;
    if (call.phase === 'incoming') await this.manager.answer(id);
    else await this.manager.join(id);
  }

  async mute() {
    await this.manager.toggleMicrophone();
  }

  async hangUp() {
    await this.manager.hangUp(this.manager.getSnapshot().current);
  }

  connections() {
    const users = [...this.manager.getSnapshot().peers.keys()];
    return new Map(this.manager.peerConnections().map((it, place) => [users[place], it]));
  }

  #draw() {
    for (const [user, { stream }] of this.manager.getSnapshot().peers) {
      const video = /** @type {HTMLVideoElement | null} */ (document.getElementById(`picture-of-${user}`));
      if (video?.srcObject !== stream) show(user, stream);
    }
  }

  /** Waits for a snapshot that answers `ask` with something; gives that. */
  #until(ask) {
    return new Promise((resolve) => {
      const look = () => {
        const answer = ask(this.manager.getSnapshot());
        if (!answer) return;
        stop();
        resolve(answer);
      };
      const stop = this.manager.subscribe(look);
      look();
    });
  }
}
