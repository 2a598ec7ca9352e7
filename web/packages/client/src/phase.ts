//! What a call is to this device, and who is where in it.

import type { CallState, Outcome, ParticipantState, StageWord } from './wire.gen';

/** Why a running call is not on this device. */
export type Absence =
  | 'answered-elsewhere'
  | 'taken-over'
  | 'not-joined'
  /** A host let you out of the door; you may come again. */
  | 'turned-away'
  /** A host put you out, and you stay out until a host admits you again. */
  | 'removed';

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
  /** This device is at the door, until a host lets it in. */
  | { phase: 'waiting'; wire: CallState }
  /** This device is in; nobody has answered yet. */
  | { phase: 'ringing'; wire: CallState }
  /** This device is in. */
  | { phase: 'connected'; wire: CallState }
  /** This device is in, but its connection to the server is lost; media may flow on. */
  | { phase: 'reconnecting'; wire: CallState }
  /** It goes on without this device; a host who put you out may have said why. */
  | { phase: 'away'; wire: CallState; why: Absence; message?: string }
  /** It is over. */
  | { phase: 'ended'; wire: CallState; ending: Ending };

/** The phases, to switch on. */
export type Phase = Call['phase'];

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
  return call.wire.people.filter((it) => it.person.id !== you && isInside(it));
}

/** Everybody at the door, who came first first. */
export function peopleAtDoor(wire: CallState): ParticipantState[] {
  const since = ({ waitingSince = '' }: ParticipantState) => Date.parse(waitingSince);
  return wire.people.filter(isAtDoor).sort((one, other) => since(one) - since(other));
}

/** One person of the call. */
export function participantOf(wire: CallState, user: string): ParticipantState | undefined {
  return wire.people.find((it) => it.person.id === user);
}

/** Whether somebody decides for all in it. */
export function isHost(wire: CallState, user: string): boolean {
  return participantOf(wire, user)?.host ?? false;
}

/** In the room, be the connection lost or not. */
export function isInside(participant: ParticipantState): boolean {
  return isPresent(participant.stage);
}

/** At the door, be the connection lost or not. */
export function isAtDoor({ stage }: ParticipantState): boolean {
  return stage === 'waiting';
}

/** Where somebody stands in it. */
export function stageOf(wire: CallState, user: string): StageWord | undefined {
  return participantOf(wire, user)?.stage;
}

function isPresent(stage: StageWord): boolean {
  return stage === 'present' || stage === 'lost';
}
