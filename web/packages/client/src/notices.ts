//! What a person should know when they look again: the calls they did not take,
//! and what changed about their appointments.

import { participantOf, type Call } from './phase';
import { post } from './rest';
import type { Snapshot } from './snapshot';
import type { CallEvent, MissedCall, VisitNews } from './wire.gen';

/** What of the snapshot is told here. */
export type NoticeFacts = Pick<Snapshot, 'missed' | 'visits'>;

/** What notices need from their surroundings. */
export interface NoticesOptions {
  url: string;
  token: () => Promise<string>;
  changed: (facts: NoticeFacts) => void;
}

/** What waits to be noticed. */
export class Notices {
  readonly #options: NoticesOptions;
  #missed: readonly MissedCall[] = [];
  #visits: readonly VisitNews[] = [];

  constructor(options: NoticesOptions) {
    this.#options = options;
  }

  /** The server's first word: these calls were missed and not seen. */
  welcome(missed: readonly MissedCall[]): void {
    this.#tell(missed, this.#visits);
  }

  /** An event, before the call takes it. */
  happened(call: Call, event: CallEvent, you: string): void {
    const more = missedBy(call, event, you);
    if (more === undefined) return;
    const others = this.#missed.filter((it) => it.callId !== more.callId);
    this.#tell([more, ...others], this.#visits);
  }

  /** Something changed about an appointment; only the latest of each is kept. */
  visitChanged(visit: VisitNews): void {
    this.#tell(this.#missed, [visit, ...this.#visitsWithout(visit.appointment.id)]);
  }

  /** Shows no more what changed about an appointment. */
  dismissVisit(appointment: string): void {
    this.#tell(this.#missed, this.#visitsWithout(appointment));
  }

  /** These missed calls were seen, or all of them. */
  async markMissedSeen(callIds?: string[]): Promise<void> {
    const { url, token } = this.#options;
    const seen = new Set(callIds ?? this.#missed.map((it) => it.callId));
    await post(`${url}/api/missed-calls/seen`, token, callIds === undefined ? {} : { callIds });
    this.#tell(
      this.#missed.filter((it) => !seen.has(it.callId)),
      this.#visits,
    );
  }

  /** Forgets everything: somebody else may sign in. */
  clear(): void {
    this.#tell([], []);
  }

  #visitsWithout(appointment: string): VisitNews[] {
    return this.#visits.filter((it) => it.appointment.id !== appointment);
  }

  #tell(missed: readonly MissedCall[], visits: readonly VisitNews[]): void {
    this.#missed = missed;
    this.#visits = visits;
    this.#options.changed({ missed, visits });
  }
}

/** The call that this event makes a missed one for you, if it does: it rang
 *  here until nobody answered, or until the caller gave up. */
function missedBy(call: Call, { at, event }: CallEvent, you: string): MissedCall | undefined {
  const { id: callId, kind, purpose, caller } = call.wire;
  const rangOut = event.type === 'missed' && event.user === you;
  const isOver =
    event.type === 'ended' &&
    (event.outcome === 'missed' || event.outcome === 'cancelled') &&
    call.phase === 'incoming';
  const who = participantOf(call.wire, caller)?.person;
  const isMissed = kind === 'call' && (rangOut || isOver);
  return isMissed && who !== undefined ? { callId, caller: who, at, purpose } : undefined;
}
