//! The façade: calls, peers and media of one signed-in device, as one value to
//! watch and a handful of things to do.

import { isInRoom, type Call, type News } from './call';
import { Calls } from './calls';
import { Chats } from './chats';
import { Commands } from './commands';
import { Entrance } from './entrance';
import type { CheckOptions } from './check';
import { fetchIceServers, Ice, type IceAnswer } from './ice';
import { LocalMedia, type Wanted } from './media';
import { Memory } from './memory';
import { watchNetwork } from './network';
import { Notices } from './notices';
import type { ArriveOptions, ManagerOptions, SayOptions, StartOptions } from './options';
import type { PathInUse } from './paths';
import { Peers } from './peers';
import { Presences } from './presences';
import { Reactions } from './reactions';
import { browserEquipment } from './recorder/equipment';
import { Recorder } from './recorder/recorder';
import { Room } from './room';
import { blank, type Snapshot } from './snapshot';
import { Store, type Listener } from './store';
import { Transport } from './transport';
import type { CallEvent, CallState, ConnectionReport, Reaction, Welcome } from './wire.gen';

/** One signed-in device.
 *
 *  @example
 *  const manager = new WebRTCManager({ token: async () => session.accessToken });
 *  manager.connect();
 *  const callId = await manager.start(['user-2'], { purpose: 'video' });
 */
export class WebRTCManager extends Commands {
  readonly #options: ManagerOptions;
  readonly #store: Store<Snapshot>;
  readonly #memory: Memory;
  readonly #media: LocalMedia;
  readonly #ice: Ice;
  readonly #peers: Peers;
  readonly #room: Room;
  readonly #calls: Calls;
  readonly #entrance: Entrance;
  readonly #chats: Chats;
  readonly #presences: Presences;
  readonly #reactions: Reactions;
  readonly #notices: Notices;
  readonly #recorder: Recorder;
  readonly #transport: Transport;
  #ignoreNetwork: (() => void) | undefined;
  #announced = 0;

  constructor(options: ManagerOptions) {
    super();
    this.#options = options;
    this.#memory = options.memory ?? new Memory();
    this.#media = options.media ?? new LocalMedia();
    this.#store = new Store<Snapshot>(blank(this.#media.getSnapshot()));
    this.#ice = new Ice(() => this.#iceServers(), options);
    this.#peers = this.#makePeers();
    this.#room = new Room({
      store: this.#store,
      memory: this.#memory,
      media: this.#media,
      peers: this.#peers,
      ask: this.ask,
      ice: this.#ice,
    });
    this.#calls = new Calls({
      ask: this.ask,
      media: () => this.#media.state,
      check: () => this.#room.check,
      mute: () => this.#media.mute(),
      changed: (call) => this.#callChanged(call),
      entered: (wire, before) => this.#entered(wire, before),
      announce: (news, call) => this.#announce(news, call),
    });
    this.#entrance = new Entrance({
      ask: this.ask,
      snapshot: this.getSnapshot,
      memory: this.#memory,
      media: this.#media,
      room: this.#room,
      calls: this.#calls,
      announce: (news, call) => this.#announce(news, call),
    });
    this.#chats = new Chats({
      ask: this.ask,
      you: () => this.#you,
      reaches: (callId) => this.#reaches(callId),
      changed: (chats) => this.#store.change({ chats }),
    });
    this.#presences = new Presences({
      ask: this.ask,
      isOnline: () => this.getSnapshot().connection === 'online',
      changed: (facts) => this.#store.change(facts),
    });
    this.#reactions = new Reactions((reactions) => this.#store.change({ reactions }));
    this.#notices = new Notices({
      url: this.#url,
      token: () => this.#token(),
      changed: (facts) => this.#store.change(facts),
    });
    this.#recorder = new Recorder({
      url: this.#url,
      token: options.token,
      store: this.#store,
      media: this.#media,
      memory: this.#memory,
      equipment: options.equipment ?? browserEquipment,
    });
    this.#transport = this.#makeTransport();
  }

  /** Everything there is to show; the same reference until something changes. */
  readonly getSnapshot = (): Snapshot => this.#store.getSnapshot();

  /** Calls `listener` after each change until the returned function is called. */
  readonly subscribe = (listener: Listener): (() => void) => this.#store.subscribe(listener);

  protected readonly ask: Transport['ask'] = (word, body) => this.#transport.ask(word, body);

  /** Connects to the server, and stays connected. */
  connect(): void {
    this.#store.change({ connection: 'connecting', refusal: null });
    const watch = this.#options.network ?? watchNetwork;
    this.#ignoreNetwork ??= watch((wasOffline) => this.#peers.networkChanged(wasOffline));
    this.#transport.connect();
  }

  /** Lets go of everything: the connection, the peers, the devices. */
  disconnect(): void {
    this.#recorder.close();
    this.#transport.disconnect();
    this.#ignoreNetwork?.();
    this.#ignoreNetwork = undefined;
    if (this.getSnapshot().current !== null) this.#room.leave();
    this.#calls.clear();
    this.#chats.clear();
    this.#presences.clear();
    this.#reactions.clear();
    this.#notices.clear();
    this.#store.change({ connection: 'idle', calls: this.#calls.all, you: null });
  }

  /** Calls people; this device goes in and waits for them. Gives the call's id:
   *  that of their call to you, if they call at the same moment. */
  start(callees: string[], options: StartOptions = {}): Promise<string> {
    return this.#entrance.start(callees, options);
  }

  /** Arranges a call that rings later. Gives its id. */
  async schedule(callees: string[], at: Date, { purpose = 'video' }: StartOptions = {}) {
    const scheduledAt = at.toISOString();
    const wire = await this.ask('start', { callees, purpose, scheduledAt });
    this.#calls.heardOf(wire);
    return wire.id;
  }

  /** Answers a call that rings, with this device. */
  async answer(callId: string, wanted?: Partial<Wanted>): Promise<void> {
    await this.#entrance.answer(callId, wanted);
  }

  /** Comes into a call that goes on, also when another device of yours is in
   *  it, or to an appointment or a meeting by its id. Gives the call's own id.
   *  The camera stays off, unless it is wanted or this is known as a video call. */
  join(callId: string, wanted?: Partial<Wanted>): Promise<string> {
    return this.#entrance.join(callId, wanted);
  }

  /** Comes as far as the door of a call, an appointment or a meeting, and in if
   *  nothing keeps you. Gives the call's own id. At the door this device shows
   *  its preview, and goes in by itself when a host lets it in. */
  arrive(callId: string, options: ArriveOptions = {}): Promise<string> {
    return this.#entrance.arrive(callId, options);
  }

  /** Takes back a call that nobody has answered. */
  cancel(callId: string, reason?: string): Promise<void> {
    return this.#entrance.leave('cancel', callId, reason);
  }

  /** Goes out of a call, or away from its door; the others may go on. */
  leave(callId: string, reason?: string): Promise<void> {
    return this.#entrance.leave('leave', callId, reason);
  }

  /** Hangs up: goes out of the call, and ends it if that leaves nobody to talk to. */
  hangUp(callId: string): Promise<void> {
    const call = this.#calls.all.get(callId);
    // Whoever is only at the door has nothing to end.
    if (call?.phase === 'waiting') return this.leave(callId);
    const isAnswered = call?.wire.phase !== 'ringing' && call?.wire.phase !== 'scheduled';
    if (!isAnswered) return this.cancel(callId);
    // To end a consultation or a meeting closes it for good: leaving is enough.
    const isBetweenTwo = call?.wire.kind === 'call' && call.wire.people.length <= 2;
    return this.#entrance.leave(isBetweenTwo ? 'end' : 'leave', callId);
  }

  /** Forgets a call that is over. */
  forget(callId: string): void {
    if (!this.#calls.forget(callId)) return;
    this.#store.change({ calls: this.#calls.all });
    this.#chats.forget(callId);
  }

  /** Writes to the others in a call, or to those that `to` names. The message is
   *  in the chat at once, and said again after an interruption until the server
   *  has it. A refusal is kept beside the message, and thrown. */
  say(callId: string, message: string, { to = [] }: SayOptions = {}): Promise<void> {
    return this.#chats.say(callId, message, to);
  }

  /** Says a message again that the server would not have. */
  retry(callId: string, key: string): Promise<void> {
    return this.#chats.retry(callId, key);
  }

  /** Everything written in a call was read. */
  markRead(callId: string): void {
    this.#chats.markRead(callId);
  }

  /** The page shows the chat of a call, or no more: what comes is read at once. */
  openChat(callId: string, isOpen: boolean): void {
    this.#chats.open(callId, isOpen);
  }

  /** Shows a reaction to everybody in the room for a moment. */
  async react(callId: string, reaction: Reaction): Promise<void> {
    await this.ask('react', { callId, reaction });
    this.#reactions.show(callId, this.#you, reaction);
  }

  /** Turns the microphone on or off. */
  toggleMicrophone(): Promise<void> {
    return this.#media.toggleMicrophone();
  }

  /** Turns the camera on or off. */
  toggleCamera(): Promise<void> {
    return this.#media.toggleCamera();
  }

  /** Shows the screen instead of the camera. */
  startScreenShare(): Promise<void> {
    return this.#media.startScreen();
  }

  /** Shows the camera again. */
  stopScreenShare(): void {
    this.#media.stopScreen();
  }

  /** Keeps `online` and `presences` up to date from now on, or no more. Whoever
   *  says `true` says `false` once: others may still be watching. */
  watchPeople(on: boolean): Promise<void> {
    return this.#presences.watch(on);
  }

  /** Nobody looks at this device, or somebody does again. */
  setAway(away: boolean): Promise<void> {
    return this.#presences.setAway(away);
  }

  /** You have seen these missed calls, or all of them. */
  markMissedSeen(callIds?: string[]): Promise<void> {
    return this.#notices.markMissedSeen(callIds);
  }

  /** Shows no more what changed about an appointment, until it changes again. */
  dismissVisit(appointment: string): void {
    this.#notices.dismissVisit(appointment);
  }

  /** Tries which ways to others are open to this device: STUN, and each relay. */
  async checkConnection(options: CheckOptions = {}): Promise<ConnectionReport> {
    // Most visits need no check.
    const { checkConnection } = await import('./check');
    const { connect, iceServers } = this.#options;
    const own = {
      ...(connect === undefined ? {} : { connect }),
      ...(iceServers === undefined ? {} : { iceServers }),
    };
    return checkConnection(this.#url, () => this.#token(), { ...own, ...options });
  }

  /** The peer connections, for statistics. */
  peerConnections(): RTCPeerConnection[] {
    return this.#peers.connections();
  }

  get #url(): string {
    return this.#options.url ?? '';
  }

  get #you(): string {
    return this.getSnapshot().you?.id ?? '';
  }

  #token(): Promise<string> {
    return this.#options.token({ refresh: false });
  }

  #makePeers(): Peers {
    const { connect, stream, patience } = this.#options;
    return new Peers({
      connect: connect ?? ((configuration) => new RTCPeerConnection(configuration)),
      ice: this.#ice,
      stream: stream ?? (() => new MediaStream()),
      patience: patience ?? 4_000,
      send: (to, kind, body) => {
        const callId = this.getSnapshot().current;
        if (callId === null) return;
        // Refused when one of us has just gone; the events of the call say so too.
        this.ask('signal', { callId, to, kind, body }).catch(() => undefined);
      },
      moved: (user, path) => this.#tellPath(user, path),
      changed: () => this.#store.change({ peers: this.#peers.views() }),
    });
  }

  #makeTransport(): Transport {
    const { token, socket } = this.#options;
    const device = this.#memory.device();
    const made = socket === undefined ? {} : { socket };
    return new Transport(
      { url: this.#url, token, device, ...made },
      {
        welcome: (it) => this.#welcomed(it),
        event: (it) => this.#happened(it),
        signal: (it) => this.#room.signaled(it),
        presence: (it) => this.#presences.heard(it),
        reaction: ({ callId, user, reaction }) => {
          // Your own was shown when it was made.
          if (user !== this.#you) this.#reactions.show(callId, user, reaction);
        },
        appointment: (it) => this.#notices.visitChanged(it),
        lost: () => this.#lost(),
        refused: (refusal) => this.#store.change({ connection: 'refused', refusal }),
      },
    );
  }

  async #iceServers(): Promise<IceAnswer> {
    const own = this.#options.iceServers;
    if (own === undefined) return fetchIceServers(this.#url, () => this.#token());
    return { iceServers: await own(), ttl: Infinity };
  }

  /** For whoever looks after the quality of calls. The call does not need it. */
  #tellPath(user: string, path: PathInUse): void {
    const callId = this.getSnapshot().current;
    if (callId !== null) this.ask('path', { callId, user, ...path }).catch(() => undefined);
  }

  #entered(wire: CallState, before: Call): void {
    this.#room.entered(wire);
    // Coming back, only what was missed is asked for, and that was done already.
    if (before.phase !== 'reconnecting') this.#chats.readAll(wire.id);
    this.#chats.repeat(wire.id);
  }

  #happened(event: CallEvent): void {
    const call = this.#calls.all.get(event.callId);
    if (call !== undefined && event.seq > call.wire.seq) {
      this.#notices.happened(call, event, this.#you);
    }
    this.#chats.happened(event, call?.wire.seq ?? event.seq);
    this.#calls.happened(event);
  }

  /** Whether a word about a call comes from a device the server knows in it. */
  #reaches(callId: string): boolean {
    const { connection, calls } = this.getSnapshot();
    return connection === 'online' && calls.get(callId)?.phase !== 'reconnecting';
  }

  #welcomed(welcome: Welcome): void {
    const { you, missed, calls } = welcome;
    const known = new Map([...this.#calls.all].map(([id, it]) => [id, it.wire.seq]));
    this.#store.change({ connection: 'online', you, refusal: null });
    this.#recorder.welcome(you.id);
    this.#notices.welcome(missed);
    this.#calls.welcome(welcome);
    this.#presences.welcome();
    const latest = new Map(calls.map((it) => [it.id, it.seq]));
    this.#chats.welcome((id) => (latest.get(id) ?? 0) > (known.get(id) ?? 0));
    this.#entrance.comeBack(new Set(latest.keys()));
  }

  #lost(): void {
    this.#store.change({ connection: 'offline' });
    this.#calls.lost();
  }

  #callChanged(call: Call): void {
    this.#store.change({ calls: this.#calls.all });
    // Whoever may be recorded no longer is not, whatever else is to be done.
    this.#recorder.callChanged(call);
    this.#room.callChanged(call);
    // Nobody comes back to what this device has left: the server says so of each.
    if (call.phase === 'away' || call.phase === 'ended') this.#chats.repeat(call.wire.id);
    if (!isInRoom(call) && this.getSnapshot().current === null) this.#reactions.clear();
  }

  #announce(news: News, call: CallState): void {
    this.#announced += 1;
    this.#store.change({ announcement: { id: this.#announced, news, call } });
  }
}
