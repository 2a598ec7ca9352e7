//! Who is reachable, and whether somebody looks at this device.

import type { Snapshot } from './snapshot';
import type { Transport } from './transport';
import type { Presence, PresenceWord } from './wire.gen';

/** What of the snapshot is told here. */
export type PresenceFacts = Pick<Snapshot, 'online' | 'presences'>;

/** What presences need from their surroundings. */
export interface PresencesOptions {
  ask: Transport['ask'];
  isOnline: () => boolean;
  changed: (facts: PresenceFacts) => void;
}

/** The presence of people, watched while somebody shows it. */
export class Presences {
  readonly #options: PresencesOptions;
  #watchers = 0;
  #away = false;
  #online: ReadonlySet<string> | null = null;
  #words: ReadonlyMap<string, PresenceWord> = new Map();

  constructor(options: PresencesOptions) {
    this.#options = options;
  }

  /** One more, or one less, who wants to know. */
  async watch(on: boolean): Promise<void> {
    const before = this.#watchers;
    this.#watchers = Math.max(0, before + (on ? 1 : -1));
    const isNews = before === 0 || this.#watchers === 0;
    if (isNews && this.#options.isOnline()) await this.#ask();
  }

  /** Nobody looks at this device, or somebody does again. */
  async setAway(away: boolean): Promise<void> {
    if (away === this.#away) return;
    this.#away = away;
    if (this.#options.isOnline()) await this.#options.ask('away', { away });
  }

  /** The connection is new: says again what the server has forgotten. */
  welcome(): void {
    if (this.#watchers > 0) this.#ask().catch(() => undefined);
    if (this.#away) this.#options.ask('away', { away: true }).catch(() => undefined);
  }

  /** Somebody came, went, or is otherwise reachable. */
  heard({ userId, online, presence }: Presence): void {
    const next = new Set(this.#online ?? []);
    if (online) next.add(userId);
    else next.delete(userId);
    this.#tell(next, new Map(this.#words).set(userId, presence));
  }

  /** Forgets everybody: somebody else may sign in. */
  clear(): void {
    this.#away = false;
    this.#tell(null, new Map());
  }

  async #ask(): Promise<void> {
    const on = this.#watchers > 0;
    const online = new Set(await this.#options.ask('watch-people', { on }));
    // A word from before may be wrong about who is not there any more.
    const words = [...this.#words].filter(([user, word]) => online.has(user) && word !== 'offline');
    this.#tell(on ? online : null, new Map(on ? words : []));
  }

  #tell(online: ReadonlySet<string> | null, words: ReadonlyMap<string, PresenceWord>): void {
    this.#online = online;
    this.#words = words;
    this.#options.changed({ online, presences: words });
  }
}
