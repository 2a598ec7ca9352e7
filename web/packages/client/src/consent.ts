//! Who has agreed to being recorded, and to what.

import { isInside } from './phase';
import type { CallState, ConsentState, Covered, Person, RecordingState } from './wire.gen';

/** Whether `whole` takes in all of `part`. */
export function includesAll(whole: Covered, part: Covered): boolean {
  return (
    (whole.audio || !part.audio) && (whole.video || !part.video) && (whole.screen || !part.screen)
  );
}

/** Whether this consent is to all that is recorded in a call, or asked. */
export function agreedTo(wire: CallState, consent: ConsentState | undefined): boolean {
  const covers = wire.recording?.covers ?? wire.recordingRequest?.covers;
  return consent !== undefined && (covers === undefined || includesAll(consent.covers, covers));
}

/** A recording runs and does not wait for anybody. */
export function isOnAir(wire: CallState): wire is CallState & { recording: RecordingState } {
  return wire.recording?.paused === false;
}

/** Who is in the room and has not agreed. */
export function unconsentedIn(wire: CallState): Person[] {
  return wire.people.filter((it) => isInside(it) && !it.consented).map((it) => it.person);
}

/** Whom a paused recording waits for. */
export function awaitedIn(wire: CallState): Person[] {
  return wire.recording?.paused === true ? unconsentedIn(wire) : [];
}
