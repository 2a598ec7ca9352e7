//! The façade: calls, peers and media of one signed-in device, as one value to
//! watch and a handful of things to do.

import { isInRoom, othersInRoom, participantOf, type Call, type News } from './call';
import { Calls } from './calls';
import { HousecallError } from './errors';
import { fetchIceServers } from './ice';
import { LocalMedia, type Wanted } from './media';
import { Memory } from './memory';
import { messageIn, withMessages, withoutMessages } from './messages';
import { Peers, type Expected } from './peers';
import type { Snapshot } from './snapshot';
import { Store, type Listener } from './store';
import { Transport, type SocketFactory, type TokenProvider } from './transport';
import type {
  CallEvent,
  CallState,
  MediaState,
  Presence,
  Purpose,
  ReceivedSignal,
  SaidBefore,
  Welcome,
} from './wire.gen';

/** What a manager is made with. Only `token` is needed in a page. */
export interface ManagerOptions {
  /** Where the server is; the page's own origin unless said otherwise. */
  url?: string;
  token: TokenProvider;
  /** How long a newcomer waits for an offer before making one, in milliseconds. */
  patience?: number;
  memory?: Memory;
  media?: LocalMedia;
  socket?: SocketFactory;
  iceServers?: () => Promise<RTCIceServer[]>;
  connect?: (configuration: RTCConfiguration) => RTCPeerConnection;
  stream?: () => MediaStream;
}

/** What to start a call with. */
export interface StartOptions {
  purpose?: Purpose;
}

/** One signed-in device.
 *
 *  @example
 *  const manager = new WebRTCManager({ token: async () => session.accessToken });
 *  manager.connect();
 *  const callId = await manager.start(['user-2'], { purpose: 'video' });
 */
export class WebRTCManager {
  readonly #options: ManagerOptions;
  readonly #store: Store<Snapshot>;
  readonly #memory: Memory;
  readonly #media: LocalMedia;
  readonly #peers: Peers;
  readonly #calls: Calls;
  readonly #transport: Transport;
  #watching = false;
  #announced = 0;
  /** The server was asked to let this device in and has not answered. */
  #entering = false;
  /** What the others were last told that this device sends. */
  #told: MediaState = { audio: false, video: false };

  constructor(options: ManagerOptions) {
    this.#options = options;
    this.#memory = options.memory ?? new Memory();
    this.#media = options.media ?? new LocalMedia();
    this.#store = new Store<Snapshot>({
      connection: 'idle',
      refusal: null,
      you: null,
      calls: new Map(),
      current: null,
      peers: new Map(),
      messages: new Map(),
      media: this.#media.getSnapshot(),
      online: null,
      announcement: null,
    });
    this.#peers = new Peers({
      connect: options.connect ?? ((configuration) => new RTCPeerConnection(configuration)),
      stream: options.stream ?? (() => new MediaStream()),
      patience: options.patience ?? 4_000,
      send: (to, kind, body) => {
        const callId = this.getSnapshot().current;
        if (callId === null) return;
        // Refused when one of us has just gone; the events of the call say so too.
        this.#transport.ask('signal', { callId, to, kind, body }).catch(() => undefined);
      },
      changed: () => this.#store.change({ peers: this.#peers.views() }),
    });
    this.#media.subscribe(() => this.#mediaChanged());
    this.#calls = new Calls({
      ask: (word, body) => this.#transport.ask(word, body),
      media: () => this.#media.state,
      changed: (call) => this.#callChanged(call),
      entered: (wire) => this.#entered(wire),
      announce: (news, call) => this.#announce(news, call),
    });
    const { token, socket } = options;
    this.#transport = new Transport(
      {
        url: this.#url,
        token,
        device: this.#memory.device(),
        ...(socket === undefined ? {} : { socket }),
      },
      {
        welcome: (it) => this.#welcomed(it),
        event: (it) => this.#happened(it),
        signal: (it) => this.#signaled(it),
        presence: (it) => this.#presence(it),
        lost: () => this.#lost(),
        refused: (refusal) => this.#store.change({ connection: 'refused', refusal }),
      },
    );
  }

  /** Everything there is to show; the same reference until something changes. */
  readonly getSnapshot = (): Snapshot => this.#store.getSnapshot();

  /** Calls `listener` after each change until the returned function is called. */
  readonly subscribe = (listener: Listener): (() => void) => this.#store.subscribe(listener);

  /** Connects to the server, and stays connected. */
  connect(): void {
    this.#store.change({ connection: 'connecting', refusal: null });
    this.#transport.connect();
  }

  /** Lets go of everything: the connection, the peers, the devices. */
  disconnect(): void {
    this.#transport.disconnect();
    if (this.getSnapshot().current !== null) this.#leaveRoom();
    this.#calls.clear();
    const calls = this.#calls.all;
    this.#store.change({ connection: 'idle', calls, messages: new Map(), you: null });
  }

  /** Calls people; this device goes in and waits for them. Gives the call's id. */
  async start(callees: string[], { purpose = 'video' }: StartOptions = {}): Promise<string> {
    await this.#freeDevice();
    await this.#prepare({ audio: true, video: purpose === 'video' });
    try {
      const media = this.#media.state;
      this.#told = media;
      const wire = await this.#transport.ask('start', { callees, purpose, media });
      this.#calls.enter(wire);
      return wire.id;
    } catch (error) {
      if (this.getSnapshot().current === null) this.#media.close();
      throw HousecallError.from(error);
    }
  }

  /** Arranges a call that rings later. Gives its id. */
  async schedule(callees: string[], at: Date, { purpose = 'video' }: StartOptions = {}) {
    const scheduledAt = at.toISOString();
    const wire = await this.#transport.ask('start', { callees, purpose, scheduledAt });
    this.#calls.heardOf(wire);
    return wire.id;
  }

  /** Answers a call that rings, with this device. */
  async answer(callId: string, wanted?: Partial<Wanted>): Promise<void> {
    await this.#enter('answer', callId, wanted);
  }

  /** Comes into a call that goes on, also when another device of yours is in
   *  it, or to an appointment or a meeting by its id. Gives the call's own id.
   *  The camera stays off, unless it is wanted or this is known as a video call. */
  join(callId: string, wanted?: Partial<Wanted>): Promise<string> {
    return this.#enter('join', callId, wanted);
  }

  /** Says no to a call that rings. */
  decline(callId: string, reason?: string): Promise<void> {
    return this.#close('decline', callId, reason);
  }

  /** Takes back a call that nobody has answered. */
  cancel(callId: string, reason?: string): Promise<void> {
    return this.#goOut('cancel', callId, reason);
  }

  /** Goes out of a call; the others may go on. */
  leave(callId: string, reason?: string): Promise<void> {
    return this.#goOut('leave', callId, reason);
  }

  /** Hangs up: goes out of the call, and ends it if that leaves nobody to talk to. */
  hangUp(callId: string): Promise<void> {
    const call = this.#calls.all.get(callId);
    const isAnswered = call?.wire.phase !== 'ringing' && call?.wire.phase !== 'scheduled';
    if (!isAnswered) return this.cancel(callId);
    // To end a consultation or a meeting closes it for good: leaving is enough.
    const isBetweenTwo = call?.wire.kind === 'call' && call.wire.people.length <= 2;
    return this.#goOut(isBetweenTwo ? 'end' : 'leave', callId);
  }

  /** Ends a call for everybody. */
  end(callId: string, reason?: string): Promise<void> {
    return this.#close('end', callId, reason);
  }

  /** Forgets a call that is over. */
  forget(callId: string): void {
    if (!this.#calls.forget(callId)) return;
    const messages = withoutMessages(this.getSnapshot().messages, callId);
    this.#store.change({ calls: this.#calls.all, messages });
  }

  /** Agrees to being recorded, or agrees no longer, which stops a recording. */
  async consentToRecording(callId: string, agreed: boolean): Promise<void> {
    await this.#transport.ask('consent', { callId, agreed });
  }

  /** Writes to the others in a call, or to those of them that `to` names. */
  async say(callId: string, message: string, to: string[] = []): Promise<void> {
    await this.#transport.ask('say', { callId, message, to });
  }

  /** Asks what was written in a call before. What is written from now on comes
   *  by itself; both are kept in the snapshot. */
  async messages(callId: string): Promise<SaidBefore[]> {
    const messages = await this.#transport.ask('messages', { callId });
    this.#keep(callId, messages);
    return messages;
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

  /** Keeps `online` up to date from now on, or no more. */
  async watchPeople(on: boolean): Promise<void> {
    this.#watching = on;
    if (this.getSnapshot().connection !== 'online') return;
    const online = await this.#transport.ask('watch-people', { on });
    this.#store.change({ online: on ? new Set(online) : null });
  }

  /** The peer connections, for statistics. */
  peerConnections(): RTCPeerConnection[] {
    return this.#peers.connections();
  }

  get #url(): string {
    return this.#options.url ?? '';
  }

  async #enter(word: 'answer' | 'join', callId: string, wanted: Partial<Wanted> = {}) {
    const call = this.#calls.all.get(callId);
    await this.#freeDevice(callId);
    this.#calls.step(callId, { type: 'enter' });
    try {
      await this.#prepare({ audio: true, video: call?.wire.purpose === 'video', ...wanted });
      const media = this.#media.state;
      const takeOver = word === 'join' ? { takeOver: true } : {};
      this.#told = media;
      this.#entering = true;
      const wire = await this.#transport.ask(word, { callId, media, ...takeOver });
      this.#calls.enter(wire);
      return wire.id;
    } catch (thrown) {
      const error = HousecallError.from(thrown);
      this.#calls.step(callId, { type: 'refused' });
      if (call !== undefined) this.#announce({ type: 'not-in', error }, call.wire);
      // A call that was not known has no phase whose end releases the devices.
      if (this.getSnapshot().current === null) this.#leaveRoom();
      throw error;
    } finally {
      this.#entering = false;
    }
  }

  /** Who hangs up is not heard or seen any more, whatever the server says. */
  async #goOut(word: 'leave' | 'cancel' | 'end', callId: string, reason?: string): Promise<void> {
    const told = this.#close(word, callId, reason);
    if (this.getSnapshot().current !== callId) return told;
    this.#calls.abandon(callId);
    // Offline, the server notices by itself; over, there is nothing to leave.
    await told.catch(() => undefined);
  }

  async #close(
    word: 'decline' | 'cancel' | 'leave' | 'end',
    callId: string,
    reason?: string,
  ): Promise<void> {
    await this.#transport.ask(word, { callId, ...(reason === undefined ? {} : { reason }) });
  }

  /** A device is in one call at a time: goes out of the one it is in. */
  async #freeDevice(unless?: string): Promise<void> {
    const { current } = this.getSnapshot();
    if (current !== null && current !== unless) await this.leave(current);
  }

  async #prepare(wanted: Wanted): Promise<void> {
    const [iceServers] = await Promise.all([this.#iceServers(), this.#media.open(wanted)]);
    this.#peers.configuration = { iceServers };
  }

  async #iceServers(): Promise<RTCIceServer[]> {
    if (this.#options.iceServers !== undefined) return this.#options.iceServers();
    return fetchIceServers(this.#url, () => this.#options.token({ refresh: false }));
  }

  #entered(wire: CallState): void {
    const you = this.getSnapshot().you?.id ?? '';
    this.#told = participantOf(wire, you)?.media ?? this.#told;
    this.#tellMedia();
    // Something may have been written while this device was out.
    if (this.getSnapshot().messages.has(wire.id)) this.messages(wire.id).catch(() => undefined);
  }

  #happened(event: CallEvent): void {
    const message = messageIn(event);
    if (message !== undefined) this.#keep(event.callId, [message]);
    this.#calls.happened(event);
  }

  #keep(callId: string, messages: SaidBefore[]): void {
    const all = this.getSnapshot().messages;
    this.#store.change({ messages: withMessages(all, callId, messages) });
  }

  #signaled(signal: ReceivedSignal): void {
    const { current } = this.getSnapshot();
    // Until the server has answered, a call that was named by its appointment
    // is not known by its own id.
    const isOnTheWay = current === null && this.#entering;
    if (signal.callId === current || isOnTheWay) this.#peers.receive(signal);
  }

  #welcomed(welcome: Welcome): void {
    this.#store.change({ connection: 'online', you: welcome.you, refusal: null });
    this.#calls.welcome(welcome);
    if (this.#watching) this.watchPeople(true).catch(() => undefined);
    this.#comeBack(new Set(welcome.calls.map((it) => it.id)));
  }

  /** Returns to the call this tab was in before the page was reloaded. */
  #comeBack(open: ReadonlySet<string>): void {
    const remembered = this.#memory.call;
    if (remembered === null || this.getSnapshot().current !== null) return;
    const { callId, audio, video } = remembered;
    if (open.has(callId)) this.join(callId, { audio, video }).catch(() => undefined);
    else this.#memory.call = null;
  }

  #presence({ userId, online }: Presence): void {
    const next = new Set(this.getSnapshot().online ?? []);
    if (online) next.add(userId);
    else next.delete(userId);
    this.#store.change({ online: next });
  }

  #lost(): void {
    this.#store.change({ connection: 'offline' });
    this.#calls.lost();
  }

  #callChanged(call: Call): void {
    const { id } = call.wire;
    this.#store.change({ calls: this.#calls.all });
    if (isInRoom(call) || call.phase === 'joining') this.#beIn(id, call);
    else if (this.getSnapshot().current === id) this.#leaveRoom();
  }

  #beIn(callId: string, call: Call): void {
    this.#store.change({ current: callId });
    if (call.phase === 'reconnecting') return this.#peers.hold();
    if (call.phase === 'joining') return;
    this.#remember(callId);
    this.#peers.send(this.#media.tracks);
    this.#peers.expect(this.#expected(call));
    this.#peers.release();
  }

  #leaveRoom(): void {
    this.#memory.call = null;
    this.#store.change({ current: null });
    this.#peers.clear();
    this.#media.close();
  }

  #expected(call: Call): Expected[] {
    const you = this.getSnapshot().you?.id ?? '';
    const own = participantOf(call.wire, you)?.incarnation ?? 0;
    return othersInRoom(call, you).map((it) => ({
      user: it.person.id,
      meeting: `${own}:${it.incarnation}`,
      // Incarnations grow in the order people come in.
      offers: own < it.incarnation && !it.offersFirst,
      polite: it.yieldTo,
      reachable: it.stage === 'present',
    }));
  }

  #announce(news: News, call: CallState): void {
    this.#announced += 1;
    this.#store.change({ announcement: { id: this.#announced, news, call } });
  }

  #mediaChanged(): void {
    this.#store.change({ media: this.#media.getSnapshot() });
    const { current } = this.getSnapshot();
    if (current === null) return;
    this.#peers.send(this.#media.tracks);
    this.#remember(current);
    this.#tellMedia();
  }

  #remember(callId: string): void {
    const { audio, video } = this.#media.state;
    this.#memory.call = { callId, audio, video };
  }

  /** Tells the others what this device sends, if they were told something else. */
  #tellMedia(): void {
    const { current, calls } = this.getSnapshot();
    const phase = current === null ? undefined : calls.get(current)?.phase;
    if (current === null || (phase !== 'connected' && phase !== 'ringing')) return;
    const media = this.#media.state;
    if (sameMedia(media, this.#told)) return;
    this.#told = media;
    this.#transport.ask('media', { callId: current, ...media }).catch(() => undefined);
  }
}

function sameMedia(one: MediaState, other: MediaState): boolean {
  const screens = (one.screen ?? false) === (other.screen ?? false);
  return one.audio === other.audio && one.video === other.video && screens;
}
