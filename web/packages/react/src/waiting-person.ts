//! Somebody at the door, as hosts see them.

import {
  peopleAtDoor,
  type CallState,
  type DeviceCheck,
  type Part,
  type Person,
  type PresenceWord,
} from '@housecall/client';

/** Somebody at the door. */
export interface WaitingPerson {
  person: Person;
  /** Since when; coming back keeps their place in line. */
  since: string | undefined;
  /** What their device found out about itself. */
  check: DeviceCheck | undefined;
  /** What they are there for, if they came without an account. */
  part: Part | undefined;
  /** Nobody looks at their device, or the connection to it is lost. */
  away: boolean;
}

/** Everybody at the door of a call, who came first first. */
export function waitingAt(
  wire: CallState,
  presences: ReadonlyMap<string, PresenceWord>,
): WaitingPerson[] {
  return peopleAtDoor(wire).map(({ person, waitingSince, check, part, ...rest }) => {
    const presence = presences.get(person.id);
    const away = rest.away || presence === 'away' || presence === 'offline';
    return { person, since: waitingSince, check, part, away };
  });
}
