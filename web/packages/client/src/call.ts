//! The rules of one call as this device sees it, with no wires attached.
//!
//! What the server says about a call is kept as it came (`wire`); a phase says
//! what that means here. Nothing in this file waits, asks the time or fails.

import type { HousecallError } from './errors';
import type {
  CallEvent,
  CallState,
  Happening,
  Outcome,
  ParticipantState,
  Person,
  RecordingState,
  StageWord,
} from './wire.gen';

/** Why a running call is not on this device. */
export type Absence = 'answered-elsewhere' | 'taken-over' | 'not-joined';

/** How a call came out. */
export interface Ending {
  outcome: Outcome;
  /** Who ended it, unless time did. */
  by?: string | undefined;
  /** Why, if they said. */
  reason?: string | undefined;
  /** From the first answer to the end; 0 if there was none or it is not known. */
  durationSeconds: number;
}

/** A call; each phase holds only what is true in it. */
export type Call =
  /** It will ring later. */
  | { phase: 'scheduled'; wire: CallState }
  /** It rings here. */
  | { phase: 'incoming'; wire: CallState }
  /** This device is on its way in. */
  | { phase: 'joining'; wire: CallState }
  /** This device is in; nobody has answered yet. */
  | { phase: 'ringing'; wire: CallState }
  /** This device is in. */
  | { phase: 'connected'; wire: CallState }
  /** This device is in, but its connection to the server is lost; media may flow on. */
  | { phase: 'reconnecting'; wire: CallState }
  /** It goes on without this device. */
  | { phase: 'away'; wire: CallState; why: Absence }
  /** It is over. */
  | { phase: 'ended'; wire: CallState; ending: Ending };

/** The phases, to switch on. */
export type Phase = Call['phase'];

/** What can happen to a call. */
export type Input =
  /** The server told the whole state. */
  | { type: 'snapshot'; wire: CallState }
  /** The server told one event. */
  | { type: 'happened'; event: CallEvent }
  /** The person wants in. */
  | { type: 'enter' }
  /** The server let this device in. */
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
  /** Tell whoever cannot see it. */
  | { do: 'announce'; news: News };

/** Something worth saying aloud. */
export type News =
  | { type: 'joined' | 'left' | 'declined' | 'missed' | 'lost' | 'resumed'; who: Person }
  | { type: 'muted' | 'unmuted'; who: Person }
  | { type: 'recording-started' | 'recording-stopped'; recording: RecordingState }
  | { type: 'answered-elsewhere' | 'taken-over' | 'reconnecting' | 'reconnected' }
  | { type: 'not-in'; error: HousecallError }
  | { type: 'ended'; ending: Ending; was: Phase };

/** What a call is to a device that is not in it. The server may think that it
 *  is (`here`), from before the page was reloaded. */
export function meet(wire: CallState, you: string): Call {
  if (wire.phase === 'over') return { phase: 'ended', wire, ending: endingOf(wire) };
  const stage = stageOf(wire, you);
  if (stage === 'ringing') return { phase: 'incoming', wire };
  if (wire.phase === 'scheduled') return { phase: 'scheduled', wire };
  return { phase: 'away', wire, why: 'not-joined' };
}

/** What becomes of a call when something happens, and what to do about it. */
export function step(call: Call, input: Input, you: string): [Call, Effect[]] {
  const [after, effects] = move(call, input, you);
  return [after, [...effects, ...newsOfRecording(call, after).map(announce)]];
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

/** Whether this device holds peer connections for the call. */
export function isInRoom(call: Call): boolean {
  return call.phase === 'connected' || call.phase === 'ringing' || call.phase === 'reconnecting';
}

/** Whether it is over. */
export function isOver(call: Call): boolean {
  return call.phase === 'ended';
}

/** Everybody in the room but you: those a peer connection leads to. */
export function othersInRoom(call: Call, you: string): ParticipantState[] {
  return call.wire.people.filter((it) => it.person.id !== you && isPresent(it.stage));
}

/** One person of the call. */
export function participantOf(wire: CallState, user: string): ParticipantState | undefined {
  return wire.people.find((it) => it.person.id === user);
}

function isPresent(stage: StageWord): boolean {
  return stage === 'present' || stage === 'lost';
}

function stageOf(wire: CallState, user: string): StageWord | undefined {
  return participantOf(wire, user)?.stage;
}

function present(wire: CallState): Call {
  return { phase: wire.phase === 'ringing' ? 'ringing' : 'connected', wire };
}

function enter(call: Call, wire: CallState, you: string): [Call, Effect[]] {
  // Events may have overtaken the answer; then what they made of it is newer.
  const latest = wire.seq < call.wire.seq ? call.wire : wire;
  if (latest.phase === 'over' || !latest.here) return [meet(latest, you), []];
  const back: Effect[] = call.phase === 'reconnecting' ? [announce({ type: 'reconnected' })] : [];
  return [present(latest), back];
}

function refuse(call: Call, you: string): [Call, Effect[]] {
  if (call.phase !== 'joining' && call.phase !== 'reconnecting') return [call, []];
  return [meet(call.wire, you), [{ do: 'look' }]];
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
    case 'connected':
    case 'ringing':
      return wire.here ? present(wire) : leftBehind(next, you);
    case 'away':
      return next.phase === 'away' ? { ...next, why: call.why } : next;
    default:
      return next;
  }
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
  if (!isInRoom(call)) return [reconsider(call, wire, you), []];
  if (stageOf(wire, you) === 'present' && !wire.here) {
    return [{ phase: 'away', wire, why: 'taken-over' }, [announce({ type: 'taken-over' })]];
  }
  return [{ phase: 'reconnecting', wire }, [{ do: 'resume' }]];
}

function happen(call: Call, { seq, at, event }: CallEvent, you: string): [Call, Effect[]] {
  if (seq <= call.wire.seq) return [call, []];
  if (seq > call.wire.seq + 1) return [call, [{ do: 'look' }]];
  const wire = { ...fold(call.wire, event, at, you), seq };
  const news = newsOf(call, event, you).map(announce);
  const effects: Effect[] = namesStranger(wire, event) ? [...news, { do: 'look' }] : news;
  return [settle(call, wire, event, you), effects];
}

/** An event names people by their ids; who they are, only the server can say. */
function namesStranger(wire: CallState, event: Happening): boolean {
  return 'user' in event && participantOf(wire, event.user) === undefined;
}

function settle(call: Call, wire: CallState, event: Happening, you: string): Call {
  if (event.type === 'ended') return { phase: 'ended', wire, ending: endingOf(wire, event) };
  if (event.type === 'answered' && event.user === you && event.elsewhere) {
    return { phase: 'away', wire, why: 'answered-elsewhere' };
  }
  if (event.type === 'joined' && event.participant.person.id === you && event.elsewhere) {
    const why = isInRoom(call) ? 'taken-over' : 'answered-elsewhere';
    return { phase: 'away', wire, why: call.phase === 'away' ? call.why : why };
  }
  return reconsider(call, wire, you);
}

/** The state after one event. The server's state is the truth; this only
 *  spares asking for all of it each time. */
function fold(wire: CallState, event: Happening, at: string, you: string): CallState {
  switch (event.type) {
    case 'initiated':
      return event.call;
    case 'rang':
      return {
        ...everybody(wire, 'invited', 'ringing'),
        // A consultation goes on while it rings whoever is not there.
        phase: wire.kind === 'call' ? 'ringing' : wire.phase,
        ringUntil: event.until,
      };
    case 'answered':
      return {
        ...person(wire, event.user, { stage: 'accepted' }),
        phase: 'active',
        startedAt: wire.startedAt ?? at,
      };
    case 'declined':
      return person(wire, event.user, { stage: 'declined' });
    case 'missed':
      return person(wire, event.user, { stage: 'missed' });
    case 'joined':
      return {
        ...startedByTwo(newcomer(wire, event.participant), at),
        here: event.participant.person.id === you ? !event.elsewhere : wire.here,
      };
    case 'mediaChanged':
      return person(wire, event.user, { media: event.media });
    case 'connectionLost':
      return person(wire, event.user, { stage: 'lost' });
    case 'connectionResumed':
      return person(wire, event.user, { stage: 'present' });
    case 'left':
      return {
        ...person(wire, event.user, { stage: 'left' }),
        here: event.user === you ? false : wire.here,
      };
    case 'begun':
      return { ...wire, startedAt: wire.startedAt ?? at };
    case 'admitted':
    case 'said':
    case 'whispered':
      return wire;
    case 'consentGiven':
      return person(wire, event.user, { consented: true });
    case 'consentWithdrawn':
      return person(wire, event.user, { consented: false });
    case 'recordingStarted':
      return { ...wire, recording: event.recording };
    case 'recordingStopped':
      return unrecorded(wire);
    case 'ended':
      return { ...wire, phase: 'over', here: false, outcome: event.outcome };
  }
}

function person(wire: CallState, user: string, change: Partial<ParticipantState>): CallState {
  const people = wire.people.map((it) => (it.person.id === user ? { ...it, ...change } : it));
  return { ...wire, people };
}

function newcomer(wire: CallState, participant: ParticipantState): CallState {
  const { id } = participant.person;
  if (participantOf(wire, id) !== undefined) return person(wire, id, participant);
  return { ...wire, people: [...wire.people, participant] };
}

/** Where nobody has to answer, it starts when there are two. */
function startedByTwo(wire: CallState, at: string): CallState {
  const inside = wire.people.filter((it) => isPresent(it.stage));
  if (wire.phase !== 'active' || inside.length < 2) return wire;
  return { ...wire, startedAt: wire.startedAt ?? at };
}

function unrecorded({ recording: _, ...wire }: CallState): CallState {
  return wire;
}

function everybody(wire: CallState, from: StageWord, to: StageWord): CallState {
  const people = wire.people.map((it) => (it.stage === from ? { ...it, stage: to } : it));
  return { ...wire, people };
}

function newsOf(call: Call, event: Happening, you: string): News[] {
  if (event.type === 'ended') {
    return [{ type: 'ended', ending: endingOf(call.wire, event), was: call.phase }];
  }
  const who = whoIn(call.wire, event);
  if (who === undefined) return [];
  if (who.id === you) return newsOfYou(call, event);
  const type = plainNews(call, event);
  return type === undefined || !isInRoom(call) ? [] : [{ type, who }];
}

/** Whoever is in the room hears that it is recorded, however this device came
 *  to know: by an event, by a snapshot, or by coming in. */
function newsOfRecording(before: Call, after: Call): News[] {
  if (!isInRoom(after)) return [];
  const was = isInRoom(before) ? before.wire.recording : undefined;
  const { recording } = after.wire;
  if (was?.id === recording?.id) return [];
  if (recording !== undefined) return [{ type: 'recording-started', recording }];
  return was === undefined ? [] : [{ type: 'recording-stopped', recording: was }];
}

function newsOfYou(call: Call, event: Happening): News[] {
  if (event.type === 'answered' && event.elsewhere) return [{ type: 'answered-elsewhere' }];
  if (event.type === 'joined' && event.elsewhere && isInRoom(call)) return [{ type: 'taken-over' }];
  return [];
}

function plainNews(call: Call, event: Happening) {
  switch (event.type) {
    case 'joined':
      return 'joined' as const;
    case 'declined':
      return 'declined' as const;
    case 'missed':
      return 'missed' as const;
    case 'connectionLost':
      return 'lost' as const;
    case 'connectionResumed':
      return 'resumed' as const;
    case 'left':
      return 'left' as const;
    case 'mediaChanged': {
      const before = participantOf(call.wire, event.user)?.media.audio;
      if (before === event.media.audio) return undefined;
      return event.media.audio ? ('unmuted' as const) : ('muted' as const);
    }
    default:
      return undefined;
  }
}

function whoIn(wire: CallState, event: Happening): Person | undefined {
  if (event.type === 'joined') return event.participant.person;
  return 'user' in event ? participantOf(wire, event.user)?.person : undefined;
}

function announce(news: News): Effect {
  return { do: 'announce', news };
}

function endingOf(wire: CallState, event?: Extract<Happening, { type: 'ended' }>): Ending {
  if (event === undefined) return { outcome: wire.outcome ?? 'completed', durationSeconds: 0 };
  const { outcome, durationSeconds, by, reason } = event;
  return { outcome, durationSeconds, by, reason };
}
