// Generated from the Rust types by `cargo xtask codegen`. Do not edit.

/**
 * The purpose of a call on the wire.
 */
export type Purpose = "video" | "audio" | "screen_share";
/**
 * What a participant sends, on the wire.
 */
export type MediaState = {
/**
 * The microphone is on.
 */
audio: boolean,
/**
 * The camera is on.
 */
video: boolean,
/**
 * A screen is shown.
 */
screen?: boolean, };
/**
 * How a call came out, on the wire.
 */
export type Outcome = "completed" | "missed" | "declined" | "cancelled";
/**
 * How somebody went, on the wire.
 */
export type Departure = "left" | "connection_lost" | "never_came";
/**
 * Where one person stands in a call.
 */
export type StageWord = "calling" | "invited" | "ringing" | "accepted" | "present" | "lost" | "declined" | "missed" | "left";
/**
 * How far a call has come.
 */
export type PhaseWord = "scheduled" | "ringing" | "active" | "over";
/**
 * What brings people together, on the wire.
 */
export type Kind = "call" | "consultation" | "meeting";
/**
 * A recording that runs.
 */
export type RecordingState = {
/**
 * Which.
 */
id: string,
/**
 * Who records.
 */
by: string,
/**
 * Since when.
 */
since: string, };
/**
 * Something that was written in a room.
 */
export type SaidBefore = {
/**
 * Its place in the room's order.
 */
seq: number,
/**
 * When.
 */
at: string,
/**
 * Who wrote it.
 */
user: string,
/**
 * What.
 */
message: string,
/**
 * To whom; to everybody if this names nobody.
 */
to: string[], };
/**
 * Somebody, as others see them.
 */
export type Person = {
/**
 * Who.
 */
id: string,
/**
 * What to call them; never empty.
 */
name: string,
/**
 * What they are here.
 */
role: 'patient' | 'provider' | 'admin' | 'guest', };
/**
 * `start`: call people, or arrange to.
 */
export type StartCall = {
/**
 * Who is to ring.
 */
callees: string[],
/**
 * What for; `video` unless said otherwise.
 */
purpose?: Purpose,
/**
 * When to ring; at once unless said otherwise.
 */
scheduledAt?: string,
/**
 * What the caller sends. Everything off unless said otherwise.
 */
media?: MediaState, };
/**
 * `answer`, `join` and `resume`: come in with this device.
 */
export type EnterCall = {
/**
 * Which call.
 */
callId: string,
/**
 * What this device sends.
 */
media?: MediaState,
/**
 * `join` only: put out another device of the same user.
 */
takeOver?: boolean, };
/**
 * `decline`, `cancel`, `leave` and `end`.
 */
export type CloseCall = {
/**
 * Which call.
 */
callId: string,
/**
 * Why, for the others to read.
 */
reason?: string, };
/**
 * `media`: what this device sends now; what is absent stays as it is.
 */
export type ChangeMedia = {
/**
 * Which call.
 */
callId: string,
/**
 * Microphone.
 */
audio?: boolean,
/**
 * Camera.
 */
video?: boolean,
/**
 * Screen.
 */
screen?: boolean, };
/**
 * `admit`: let somebody come who was not named.
 */
export type AdmitPerson = {
/**
 * Which call.
 */
callId: string,
/**
 * Whom.
 */
user: string, };
/**
 * `say`: write to the others in the room.
 */
export type SayInCall = {
/**
 * Which call.
 */
callId: string,
/**
 * What; at most 4,000 characters.
 */
message: string,
/**
 * To whom; to everybody unless this names somebody.
 */
to?: Array<string>, };
/**
 * `consent`: agree to being recorded, or agree no longer.
 */
export type ConsentToRecording = {
/**
 * Which call.
 */
callId: string,
/**
 * Whether they agree.
 */
agreed: boolean,
/**
 * Who agreed, if it was not the speaker: a provider notes what somebody
 * said.
 */
user?: string, };
/**
 * `look`, `begin`, `record`, `stop-recording` and `messages`: which call is meant.
 */
export type LookAtCall = {
/**
 * Which call.
 */
callId: string, };
/**
 * `watch-people`: hear `presence` from now on, or no more.
 */
export type WatchPeople = {
/**
 * From now on, or no more.
 */
on: boolean, };
/**
 * One person in a call.
 */
export type ParticipantState = {
/**
 * Who.
 */
person: Person,
/**
 * Where they stand.
 */
stage: StageWord,
/**
 * What they send.
 */
media: MediaState,
/**
 * Changes when they come in with a device that starts from nothing: a peer
 * connection made for an earlier incarnation is dead.
 */
incarnation: number,
/**
 * When both sides offer at once, this device gives way to them.
 */
yieldTo: boolean,
/**
 * When they come in after this device, they make the first offer: this one
 * waits for it.
 */
offersFirst: boolean,
/**
 * They agreed to being recorded.
 */
consented: boolean, };
/**
 * A call as its participants see it: all there is to know at `seq`.
 */
export type CallState = {
/**
 * Which call.
 */
id: string,
/**
 * The number of the latest event this contains.
 */
seq: number,
/**
 * What brings people together in it.
 */
kind: Kind,
/**
 * What for.
 */
purpose: Purpose,
/**
 * How far it has come.
 */
phase: PhaseWord,
/**
 * Who called, or came first.
 */
caller: string,
/**
 * Everybody the call ever named.
 */
people: Array<ParticipantState>,
/**
 * This device is in the room.
 */
here: boolean,
/**
 * The recording that runs, if one does.
 */
recording?: RecordingState,
/**
 * When it was made.
 */
createdAt: string,
/**
 * When it is to ring, if it was scheduled.
 */
scheduledAt?: string,
/**
 * Until when it rings.
 */
ringUntil?: string,
/**
 * When it was answered.
 */
startedAt?: string,
/**
 * How it came out, once it is over.
 */
outcome?: Outcome, };
/**
 * `welcome`: the first word after connecting.
 */
export type Welcome = {
/**
 * Who you are here.
 */
you: Person,
/**
 * The device this connection stands for.
 */
device: string,
/**
 * Your calls that are not over.
 */
calls: Array<CallState>, };
/**
 * `presence`: somebody came or went.
 */
export type Presence = {
/**
 * Who.
 */
userId: string,
/**
 * Whether any device of theirs is connected.
 */
online: boolean, };
/**
 * What happened.
 */
export type Happening = { "type": "initiated",
/**
 * The whole call.
 */
call: CallState, } | { "type": "rang",
/**
 * Until when.
 */
until: string, } | { "type": "answered",
/**
 * Who.
 */
user: string,
/**
 * It was you, on another device: stop ringing here.
 */
elsewhere: boolean, } | { "type": "declined",
/**
 * Who.
 */
user: string,
/**
 * Why.
 */
reason?: string, } | { "type": "missed",
/**
 * Who.
 */
user: string, } | { "type": "joined",
/**
 * As they are now.
 */
participant: ParticipantState,
/**
 * It was you, on another device: if this one was in, it is out.
 */
elsewhere: boolean, } | { "type": "mediaChanged",
/**
 * Who.
 */
user: string,
/**
 * All of it.
 */
media: MediaState, } | { "type": "connectionLost",
/**
 * Who.
 */
user: string,
/**
 * How long the call waits for them.
 */
until: string, } | { "type": "connectionResumed",
/**
 * Who.
 */
user: string, } | { "type": "left",
/**
 * Who.
 */
user: string,
/**
 * How.
 */
departure: Departure,
/**
 * Why.
 */
reason?: string, } | { "type": "begun" } | { "type": "admitted",
/**
 * Who.
 */
user: string, } | { "type": "said",
/**
 * Who.
 */
user: string,
/**
 * What.
 */
message: string,
/**
 * To whom; to everybody if this names nobody.
 */
to: string[], } | { "type": "whispered" } | { "type": "consentGiven",
/**
 * Who.
 */
user: string, } | { "type": "consentWithdrawn",
/**
 * Who.
 */
user: string, } | { "type": "recordingStarted",
/**
 * The recording.
 */
recording: RecordingState, } | { "type": "recordingStopped",
/**
 * Which recording.
 */
recording: string, } | { "type": "ended",
/**
 * How it came out.
 */
outcome: Outcome,
/**
 * Who ended it, unless time did.
 */
by?: string,
/**
 * Why.
 */
reason?: string,
/**
 * From the first answer to the end; 0 if there was none.
 */
durationSeconds: number, };
/**
 * `event`: something happened in a call of yours.
 */
export type CallEvent = {
/**
 * Which call.
 */
callId: string,
/**
 * Its place in the call's order: without gaps, from 1.
 */
seq: number,
/**
 * When.
 */
at: string,
/**
 * What.
 */
event: Happening, };
/**
 * A typed no: the `problem` of an ack, and the `data` of a refused
 * connection.
 */
export type Problem = {
/**
 * For programs. Stable.
 */
code: string,
/**
 * For people: what is wrong and what to do.
 */
message: string,
/**
 * Which field of the request, if it was one.
 */
field?: string,
/**
 * The call that stands in the way, if one does.
 */
callId?: string, };
/** The three kinds of signal. */
export type SignalKind = 'offer' | 'answer' | 'candidate';
/** `signal`, to the server. */
export type SendSignal = { callId: string, to: string, kind: SignalKind, body: unknown };
/** `signal`, from the server. */
export type ReceivedSignal = { callId: string, from: string, kind: SignalKind, body: unknown };
/** The ack of every command. */
export type Reply<T> = { ok: true, result: T } | { ok: false, problem: Problem };
