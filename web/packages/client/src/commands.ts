//! What may be asked of a call that needs nothing of this device: most of it
//! is for hosts to decide, and the server says no to the others.

import type { ConsentOptions, RecordOptions } from './options';
import type { Transport, Words } from './transport';
import type { Covered, Door } from './wire.gen';

/** The words that are only passed on. */
export abstract class Commands {
  protected abstract readonly ask: Transport['ask'];

  /** Says no to a call that rings. */
  decline(callId: string, reason?: string): Promise<void> {
    return this.#tell('decline', { callId, ...because(reason) });
  }

  /** Ends a call for everybody. */
  end(callId: string, reason?: string): Promise<void> {
    return this.#tell('end', { callId, ...because(reason) });
  }

  /** Has a planned call ring at another time, an ISO 8601 text. */
  reschedule(callId: string, scheduledAt: string): Promise<void> {
    return this.#tell('reschedule', { callId, scheduledAt });
  }

  /** Lets in who waits, readmits who was removed, lets somebody come who was
   *  not named. */
  admit(callId: string, user: string): Promise<void> {
    return this.#tell('admit', { callId, user });
  }

  /** Lets in everybody who waits. */
  admitAll(callId: string): Promise<void> {
    return this.#tell('admit-all', { callId });
  }

  /** Sends somebody away from the door; they may come again. */
  turnAway(callId: string, user: string, reason?: string): Promise<void> {
    return this.#tell('turn-away', { callId, user, ...because(reason) });
  }

  /** Puts somebody out, who stays out until a host admits them again. */
  remove(callId: string, user: string, reason?: string): Promise<void> {
    return this.#tell('remove', { callId, user, ...because(reason) });
  }

  /** Lets nobody in but hosts, or lets them in again. */
  lock(callId: string, locked: boolean): Promise<void> {
    return this.#tell('lock', { callId, locked });
  }

  /** Says who waits at the door from now on. */
  setDoor(callId: string, door: Door): Promise<void> {
    return this.#tell('door', { callId, door });
  }

  /** Lets somebody decide too, or no more. */
  setHost(callId: string, user: string, host: boolean): Promise<void> {
    return this.#tell('host', { callId, user, host });
  }

  /** Asks somebody, or everybody else, to mute; they may unmute again. */
  askToMute(callId: string, user?: string): Promise<void> {
    return this.#tell('ask-mute', { callId, ...of(user) });
  }

  /** Raises a hand or lowers it; a host may lower somebody else's. */
  raiseHand(callId: string, raised: boolean, user?: string): Promise<void> {
    return this.#tell('hand', { callId, raised, ...of(user) });
  }

  /** Asks everybody in the room to agree to being recorded. `wording` is the id
   *  of the text that they are shown: `2026-11/en`. */
  askConsent(callId: string, covers: Covered, wording: string): Promise<void> {
    return this.#tell('ask-consent', { callId, covers, wording });
  }

  /** Agrees to being recorded, or says no. Whoever agreed before agrees no
   *  longer, which stops a recording. */
  consentToRecording(
    callId: string,
    agreed: boolean,
    options: ConsentOptions = {},
  ): Promise<void> {
    return this.#tell('consent', { callId, agreed, ...options });
  }

  /** Records from now on, with this device, if everybody in the room has agreed. */
  startRecording(callId: string, options: RecordOptions = {}): Promise<void> {
    return this.#tell('record', { callId, ...options });
  }

  /** Records no more, and asks nobody any more. */
  stopRecording(callId: string): Promise<void> {
    return this.#tell('stop-recording', { callId });
  }

  async #tell<W extends keyof Words>(word: W, body: Words[W][0]): Promise<void> {
    await this.ask(word, body);
  }
}

/** A reason, if one is given. */
export function because(reason: string | undefined): { reason?: string } {
  return reason === undefined ? {} : { reason };
}

function of(user: string | undefined): { user?: string } {
  return user === undefined ? {} : { user };
}
