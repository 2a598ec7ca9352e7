//! The rules of one call as this device sees it, with no wires attached.
//!
//! What the server says about a call is kept as it came (`wire`); a phase says
//! what that means here. Nothing in this file waits, asks the time or fails.

import { fold } from './fold';
import { asksToMute, newsOf, newsOfRecording, type News } from './news';
import {
  isAtDoor,
  isInRoom,
  isInside,
  isOver,
  participantOf,
  stageOf,
  type Absence,
  type Call,
  type Ending,
} from './phase';
import type { CallEvent, CallState, Departure, Happening } from './wire.gen';

export type { News } from './news';
export * from './phase';

/** What can happen to a call. */
export type Input =
  /** The server told the whole state. */
  | { type: 'snapshot'; wire: CallState }
  /** The server told one event. */
  | { type: 'happened'; event: CallEvent }
  /** The person wants in. */
  | { type: 'enter' }
  /** The server let this device in, or as far as the door. */
  | { type: 'entered'; wire: CallState }
  /** Coming in, or coming back, did not work. */
  | { type: 'refused' }
  /** The connection to the server is gone. */
  | { type: 'disconnected' }
  /** It is back, and this is how the call stands; absent means it is over. */
  | { type: 'welcomed'; wire?: CallState };

/** What the shell has to do about it. */
export type Effect =
  /** Ask the server for the whole state. */
  | { do: 'look' }
  /** Tell the server that this device is still in. */
  | { do: 'resume' }
  /** Tell the server that this device is still at the door. */
  | { do: 'arrive' }
  /** This device was let in: ask for the whole room, then enter it. */
  | { do: 'come-in' }
  /** Mute the microphone of this device. */
  | { do: 'mute' }
  /** Tell whoever cannot see it. */
  | { do: 'announce'; news: News };

/** What a call is to a device that is not in it. The server may think that it
 *  is (`here`), from before the page was reloaded. */
export function meet(wire: CallState, you: string): Call {
  if (wire.phase === 'over') return { phase: 'ended', wire, ending: endingOf(wire) };
  const own = participantOf(wire, you);
  if (own?.stage === 'ringing') return { phase: 'incoming', wire };
  if (wire.phase === 'scheduled') return { phase: 'scheduled', wire };
  return { phase: 'away', wire, why: own?.removed ? 'removed' : 'not-joined' };
}

/** What becomes of a call when something happens, and what to do about it. */
export function step(call: Call, input: Input, you: string): [Call, Effect[]] {
  const [after, effects] = move(call, input, you);
  return [after, [...effects, ...newsOfRecording(call, after, you).map(announce)]];
}

function move(call: Call, input: Input, you: string): [Call, Effect[]] {
  switch (input.type) {
    case 'snapshot':
      return [reconsider(call, input.wire, you), []];
    case 'happened':
      return happen(call, input.event, you);
    case 'enter':
      return isOver(call) ? [call, []] : [{ phase: 'joining', wire: call.wire }, []];
    case 'entered':
      return enter(call, input.wire, you);
    case 'refused':
      return refuse(call, you);
    case 'disconnected':
      return disconnect(call);
    case 'welcomed':
      return welcome(call, input.wire, you);
  }
}

function present(wire: CallState): Call {
  return { phase: wire.phase === 'ringing' ? 'ringing' : 'connected', wire };
}

function enter(call: Call, wire: CallState, you: string): [Call, Effect[]] {
  // Events may have overtaken the answer; then what they made of it is newer.
  const latest = wire.seq < call.wire.seq ? call.wire : wire;
  if (latest.phase === 'over') return [meet(latest, you), []];
  if (waits(latest, you)) return [{ phase: 'waiting', wire: latest }, []];
  if (!latest.here) return [meet(latest, you), []];
  // Let in before the answer came: what was told until then is not the whole room.
  if (waits(wire, you)) return [{ phase: 'waiting', wire: latest }, [{ do: 'come-in' }]];
  return [present(latest), newsOfEntering(call, you)];
}

function newsOfEntering(call: Call, you: string): Effect[] {
  if (call.phase === 'reconnecting') return [announce({ type: 'reconnected' })];
  const missedIt = call.phase === 'waiting' && waits(call.wire, you);
  return missedIt ? [announce({ type: 'let-in' })] : [];
}

function refuse(call: Call, you: string): [Call, Effect[]] {
  const asked = ['joining', 'waiting', 'reconnecting'].includes(call.phase);
  return asked ? [meet(call.wire, you), [{ do: 'look' }]] : [call, []];
}

/** The same call with newer facts. */
function reconsider(call: Call, wire: CallState, you: string): Call {
  // A snapshot that was overtaken by events tells nothing new.
  if (wire.seq < call.wire.seq) return call;
  const next = meet(wire, you);
  if (next.phase === 'ended') return next;
  switch (call.phase) {
    // On the way in, or back, only the answer to that ends the way.
    case 'joining':
    case 'reconnecting':
      return { phase: call.phase, wire };
    case 'waiting':
      return waits(wire, you) || isIn(wire, you)
        ? { phase: 'waiting', wire }
        : leftBehind(next, you);
    case 'connected':
    case 'ringing':
      return wire.here ? present(wire) : leftBehind(next, you);
    case 'away':
      return next.phase === 'away' ? stillAway(call, next) : next;
    default:
      return next;
  }
}

/** At the door, with whatever device. */
function waits(wire: CallState, you: string): boolean {
  const own = participantOf(wire, you);
  return own !== undefined && isAtDoor(own);
}

/** In the room, with this device. */
function isIn(wire: CallState, you: string): boolean {
  const own = participantOf(wire, you);
  return wire.here && own !== undefined && isInside(own);
}

type Away = Extract<Call, { phase: 'away' }>;

/** Why stays what it was, unless somebody was removed or readmitted. */
function stillAway(call: Away, next: Away): Away {
  const isNew = (call.why === 'removed') !== (next.why === 'removed');
  return isNew ? next : { ...call, wire: next.wire };
}

/** This device was in and is not any more; the person may be, with another. */
function leftBehind(next: Call, you: string): Call {
  const elsewhere = next.phase === 'away' && stageOf(next.wire, you) === 'present';
  return elsewhere ? { ...next, why: 'taken-over' } : next;
}

function disconnect(call: Call): [Call, Effect[]] {
  if (call.phase !== 'connected' && call.phase !== 'ringing') return [call, []];
  return [{ phase: 'reconnecting', wire: call.wire }, [announce({ type: 'reconnecting' })]];
}

function welcome(call: Call, wire: CallState | undefined, you: string): [Call, Effect[]] {
  if (wire === undefined) return [call, isOver(call) ? [] : [{ do: 'look' }]];
  const isThere = isInRoom(call) || call.phase === 'waiting';
  if (!isThere) return [reconsider(call, wire, you), []];
  if (stageOf(wire, you) === 'present' && !wire.here) {
    return [{ phase: 'away', wire, why: 'taken-over' }, [announce({ type: 'taken-over' })]];
  }
  if (call.phase !== 'waiting') return [{ phase: 'reconnecting', wire }, [{ do: 'resume' }]];
  if (participantOf(wire, you)?.removed) return [meet(wire, you), []];
  return [{ phase: 'waiting', wire }, [{ do: 'arrive' }]];
}

function happen(call: Call, told: CallEvent, you: string): [Call, Effect[]] {
  const { seq, at, event } = told;
  if (seq <= call.wire.seq) return [call, []];
  if (seq > call.wire.seq + 1) return [call, [{ do: 'look' }]];
  const wire = { ...fold(call.wire, event, at, you), seq };
  const ending = event.type === 'ended' ? endingOf(wire, event) : undefined;
  const news = newsOf(call, told, you, ending).map(announce);
  return [settle(call, wire, event, you), [...news, ...dutiesOf(call, wire, told, you)]];
}

/** What an event asks of this device. */
function dutiesOf(call: Call, wire: CallState, told: CallEvent, you: string): Effect[] {
  const { event } = told;
  if (namesStranger(wire, event)) return [{ do: 'look' }];
  if (event.type === 'joined' && call.phase === 'waiting') {
    return event.participant.person.id === you && !event.elsewhere ? [{ do: 'come-in' }] : [];
  }
  return isInRoom(call) && asksToMute(told, you) ? [{ do: 'mute' }] : [];
}

/** An event names people by their ids; who they are, only the server can say. */
function namesStranger(wire: CallState, event: Happening): boolean {
  if (!('user' in event) || event.user === undefined) return false;
  return participantOf(wire, event.user) === undefined;
}

function settle(call: Call, wire: CallState, event: Happening, you: string): Call {
  if (event.type === 'ended') return { phase: 'ended', wire, ending: endingOf(wire, event) };
  if (event.type === 'answered' && event.user === you && event.elsewhere) {
    return { phase: 'away', wire, why: 'answered-elsewhere' };
  }
  if (event.type === 'joined' && event.participant.person.id === you && event.elsewhere) {
    const isThere = isInRoom(call) || call.phase === 'waiting';
    const why = isThere ? 'taken-over' : 'answered-elsewhere';
    return { phase: 'away', wire, why: call.phase === 'away' ? call.why : why };
  }
  if (event.type === 'left' && event.user === you) {
    const why = PUT_OUT[event.departure];
    const { reason: message } = event;
    const said = message === undefined ? {} : { message };
    if (why !== undefined) return { phase: 'away', wire, why, ...said };
  }
  return reconsider(call, wire, you);
}

/** Which departures are not of one's own will. */
const PUT_OUT: Partial<Record<Departure, Absence>> = {
  turned_away: 'turned-away',
  removed: 'removed',
};

function announce(news: News): Effect {
  return { do: 'announce', news };
}

function endingOf(wire: CallState, event?: Extract<Happening, { type: 'ended' }>): Ending {
  if (event === undefined) return { outcome: wire.outcome ?? 'completed', durationSeconds: 0 };
  const { outcome, durationSeconds, by, reason } = event;
  return { outcome, durationSeconds, by, reason };
}
