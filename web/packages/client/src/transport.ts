//! The wire to the server: typed words over Socket.IO, each answered.

import { io, type Socket } from 'socket.io-client';
import { HousecallError } from './errors';
import type {
  AdmitPerson,
  ArriveAtCall,
  AskForConsent,
  AskForQuiet,
  CallEvent,
  CallState,
  ChangeMedia,
  CloseCall,
  ConsentToRecording,
  EnterCall,
  LockCall,
  LookAtCall,
  MoveCall,
  Presence,
  Problem,
  SendAway,
  RaiseHand,
  ReactInCall,
  SeenReaction,
  ReadMessages,
  RecordCall,
  ReportPath,
  ReceivedSignal,
  Reply,
  SaidBefore,
  SayInCall,
  SendSignal,
  SayAway,
  ChooseDoor,
  ChooseHost,
  StartCall,
  VisitNews,
  WatchPeople,
  Welcome,
} from './wire.gen';

/** What may be said to the server, and what it answers. */
export interface Words {
  start: [StartCall, CallState];
  answer: [EnterCall, CallState];
  decline: [CloseCall, null];
  cancel: [CloseCall, null];
  leave: [CloseCall, null];
  end: [CloseCall, null];
  join: [EnterCall, CallState];
  arrive: [ArriveAtCall, CallState];
  resume: [EnterCall, CallState];
  media: [ChangeMedia, null];
  look: [LookAtCall, CallState];
  reschedule: [MoveCall, CallState];
  admit: [AdmitPerson, CallState];
  'admit-all': [LookAtCall, CallState];
  'turn-away': [SendAway, CallState];
  remove: [SendAway, CallState];
  lock: [LockCall, CallState];
  door: [ChooseDoor, CallState];
  host: [ChooseHost, CallState];
  'ask-mute': [AskForQuiet, CallState];
  hand: [RaiseHand, CallState];
  react: [ReactInCall, CallState];
  say: [SayInCall, CallState];
  messages: [ReadMessages, SaidBefore[]];
  'ask-consent': [AskForConsent, CallState];
  consent: [ConsentToRecording, CallState];
  record: [RecordCall, CallState];
  'stop-recording': [LookAtCall, CallState];
  signal: [SendSignal, null];
  path: [ReportPath, null];
  'watch-people': [WatchPeople, string[]];
  away: [SayAway, null];
}

/** What the server says unasked. */
export interface Heard {
  welcome(welcome: Welcome): void;
  event(event: CallEvent): void;
  signal(signal: ReceivedSignal): void;
  presence(presence: Presence): void;
  reaction(reaction: SeenReaction): void;
  appointment(visit: VisitNews): void;
  /** The connection is gone; another is being made. */
  lost(): void;
  /** The server will not have us; nothing more is tried. */
  refused(error: HousecallError): void;
}

/** Gives the access token. Asked with `refresh` when the last one had expired. */
export type TokenProvider = (options: { refresh: boolean }) => Promise<string>;

/** Makes the socket; replaced in tests. */
export type SocketFactory = (url: string, options: SocketOptions) => SocketLike;

/** The part of a Socket.IO socket that is used here. */
export type SocketLike = Pick<Socket, 'on' | 'connect' | 'disconnect'> & {
  timeout(ms: number): { emitWithAck(word: string, body: unknown): Promise<unknown> };
};

/** What the socket is made with. */
export interface SocketOptions {
  auth: (tell: (auth: object) => void) => void;
  transports: string[];
  autoConnect: false;
  forceNew: true;
}

/** How long the server may take to answer. */
const ANSWER_WITHIN = 10_000;

/** How long to wait before coming back after the server closed the connection,
 *  as it does when it restarts. */
const COME_BACK_AFTER = 1_000;

/** A typed Socket.IO connection that keeps itself alive. */
export class Transport {
  readonly #socket: SocketLike;
  readonly #heard: Heard;
  #refresh = false;
  #comeBack: ReturnType<typeof setTimeout> | undefined;

  constructor(
    options: { url: string; token: TokenProvider; device: string; socket?: SocketFactory },
    heard: Heard,
  ) {
    const make: SocketFactory = options.socket ?? ((url, it) => io(url, it));
    this.#heard = heard;
    this.#socket = make(`${options.url}/housecall`, {
      auth: (tell) => {
        options.token({ refresh: this.#refresh }).then(
          (token) => tell({ token, device: options.device }),
          (error: unknown) => this.#withoutToken(HousecallError.from(error)),
        );
      },
      transports: ['websocket', 'polling'],
      autoConnect: false,
      forceNew: true,
    });
    this.#listen();
  }

  /** Starts connecting; `welcome` follows. */
  connect(): void {
    this.#socket.connect();
  }

  /** Closes the connection for good. */
  disconnect(): void {
    clearTimeout(this.#comeBack);
    this.#socket.disconnect();
  }

  /** Says a word and waits for its answer. */
  async ask<W extends keyof Words>(word: W, body: Words[W][0]): Promise<Words[W][1]> {
    const reply = (await this.#socket
      .timeout(ANSWER_WITHIN)
      .emitWithAck(word, body)
      .catch((cause: unknown) => {
        throw HousecallError.unreachable(cause);
      })) as Reply<Words[W][1]>;
    if (!reply.ok) throw HousecallError.refused(reply.problem);
    return reply.result;
  }

  #listen(): void {
    const socket = this.#socket;
    socket.on('welcome', (it: Welcome) => {
      this.#refresh = false;
      this.#heard.welcome(it);
    });
    socket.on('event', (it: CallEvent) => this.#heard.event(it));
    socket.on('signal', (it: ReceivedSignal) => this.#heard.signal(it));
    socket.on('presence', (it: Presence) => this.#heard.presence(it));
    socket.on('reaction', (it: SeenReaction) => this.#heard.reaction(it));
    socket.on('appointment', (it: VisitNews) => this.#heard.appointment(it));
    socket.on('disconnect', (reason: string) => {
      if (reason === 'io client disconnect') return;
      this.#heard.lost();
      // Socket.IO comes back by itself from everything but this.
      if (reason === 'io server disconnect') this.#comeBackLater();
    });
    socket.on('connect_error', (error: Error & { data?: Problem }) => this.#failed(error.data));
  }

  #comeBackLater(): void {
    clearTimeout(this.#comeBack);
    this.#comeBack = setTimeout(() => this.#socket.connect(), COME_BACK_AFTER);
  }

  #withoutToken(error: HousecallError): void {
    if (error.reason === 'signed-out') return this.#refuse(error);
    this.#socket.disconnect();
    this.#heard.lost();
    this.#comeBackLater();
  }

  #failed(problem: Problem | undefined): void {
    // Without a problem it is the network, and Socket.IO tries again by itself.
    if (problem === undefined) return this.#heard.lost();
    if (problem.code === 'token_expired' && !this.#refresh) {
      this.#refresh = true;
      this.#socket.connect();
      return;
    }
    const error = HousecallError.refused(problem);
    if (error.reason === 'signed-out') return this.#refuse(error);
    // Too many connections, a restart: it may be otherwise in a moment.
    this.#heard.lost();
    this.#comeBackLater();
  }

  #refuse(error: HousecallError): void {
    this.#refresh = false;
    this.#socket.disconnect();
    this.#heard.refused(error);
  }
}
