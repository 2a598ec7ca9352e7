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
export type Departure = "left" | "connection_lost" | "never_came" | "turned_away" | "removed";
/**
 * Where one person stands in a call.
 */
export type StageWord = "calling" | "invited" | "ringing" | "accepted" | "present" | "lost" | "waiting" | "declined" | "missed" | "left";
/**
 * How far a call has come.
 */
export type PhaseWord = "scheduled" | "ringing" | "active" | "over";
/**
 * What brings people together, on the wire.
 */
export type Kind = "call" | "consultation" | "meeting";
/**
 * Who waits at the door, on the wire.
 */
export type Door = "open" | "usual" | "strict";
/**
 * What somebody without an account is there for, on the wire.
 */
export type Part = "guest" | "interpreter" | "carer" | "observer";
/**
 * What a device check found out about one thing, on the wire.
 */
export type Verdict = "works" | "blocked" | "missing" | "unknown";
/**
 * Whether somebody can be reached, on the wire.
 */
export type PresenceWord = "offline" | "away" | "online" | "in_call";
/**
 * What somebody shows without a word.
 */
export type Reaction = "thumbs_up" | "clap" | "heart" | "laugh" | "surprised" | "celebrate";
/**
 * The kinds of candidate (RFC 8445, section 5.1.1).
 */
export type CandidateKind = "host" | "srflx" | "prflx" | "relay";
/**
 * A connection report in a word.
 */
export type ConnectionSummary = "direct" | "relay" | "blocked";
/**
 * The way a device reaches another: of its own side of it.
 */
export type PathKind = "direct" | "stun" | "relay-udp" | "relay-tcp" | "relay-tls";
/**
 * What a device check found out, on the wire.
 */
export type DeviceCheck = {
/**
 * Whether they can be heard.
 */
microphone: Verdict,
/**
 * Whether they can be seen.
 */
camera: Verdict,
/**
 * Whether media reach them.
 */
connection: Verdict, };
/**
 * A file that came with a message, on the wire.
 */
export type Attachment = {
/**
 * Which.
 */
id: string,
/**
 * What it was called where it came from.
 */
name: string,
/**
 * What it holds: `image/png`.
 */
mediaType: string,
/**
 * How large it is.
 */
bytes: number, };
/**
 * What is recorded, on the wire.
 */
export type Covered = {
/**
 * Voices.
 */
audio: boolean,
/**
 * Pictures of cameras.
 */
video: boolean,
/**
 * Screens that are shown.
 */
screen: boolean, };
/**
 * How somebody agreed to being recorded.
 */
export type MethodWord = "verbal" | "written" | "electronic";
/**
 * What becomes of those who come while a recording runs and have not agreed.
 */
export type NewcomersWord = "pause" | "wait";
/**
 * Somebody's consent to being recorded.
 */
export type ConsentState = {
/**
 * To what.
 */
covers: Covered,
/**
 * How they agreed.
 */
method: MethodWord,
/**
 * The name of the text they were shown.
 */
wording?: string,
/**
 * When.
 */
at: string, };
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
since: string,
/**
 * What it holds.
 */
covers: Covered,
/**
 * It waits for somebody to agree: nothing is recorded.
 */
paused: boolean,
/**
 * What becomes of those who come and have not agreed.
 */
newcomers: NewcomersWord, };
/**
 * That somebody wants to record.
 */
export type RecordingRequest = {
/**
 * Who.
 */
by: string,
/**
 * What.
 */
covers: Covered,
/**
 * The name of the text people are shown.
 */
wording?: string,
/**
 * When they asked.
 */
at: string, };
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
to: string[],
/**
 * What came with it.
 */
file?: Attachment,
/**
 * What your client called it, if you wrote it.
 */
key?: string, };
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
 * What a test of somebody's connection found out. `missing` means that the
 * server offers none.
 */
export type ConnectionReport = {
/**
 * Whether they learn how they are seen from outside.
 */
stun: Verdict,
/**
 * Whether they reach the relay over UDP.
 */
relayUdp: Verdict,
/**
 * Whether they reach it over TCP.
 */
relayTcp: Verdict,
/**
 * Whether they reach it over TLS.
 */
relayTls: Verdict,
/**
 * The kinds of the candidates that were found; at most 64.
 */
candidates: Array<CandidateKind>,
/**
 * From here to the relay and back.
 */
roundTripMs?: number,
/**
 * Whether they can be heard, if that was tried.
 */
microphone?: Verdict,
/**
 * Whether they can be seen, if that was tried.
 */
camera?: Verdict, };
/**
 * The latest test of somebody's connection before an appointment.
 */
export type ConnectionCheck = {
/**
 * Whose.
 */
user: Person,
/**
 * When.
 */
at: string,
/**
 * In a word.
 */
summary: ConnectionSummary,
/**
 * In full.
 */
report: ConnectionReport, };
/**
 * `POST /api/connection-checks`: a test to keep.
 */
export type NewConnectionCheck = {
/**
 * For which appointment; for all of theirs that are to come unless given.
 */
appointmentId?: string,
/**
 * What it found out.
 */
report: ConnectionReport, };
/**
 * The answer to it: what was kept.
 */
export type KeptConnectionCheck = {
/**
 * Which.
 */
id: string,
/**
 * When.
 */
at: string,
/**
 * In a word.
 */
summary: ConnectionSummary,
/**
 * In full.
 */
report: ConnectionReport,
/**
 * The appointments whose people see it.
 */
appointments: string[], };
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
media?: MediaState,
/**
 * Refuse at once if somebody is offline or in another call.
 */
onlyIfFree?: boolean, };
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
 * `reschedule`: have a planned call ring at another time.
 */
export type MoveCall = {
/**
 * Which call.
 */
callId: string,
/**
 * When.
 */
scheduledAt: string, };
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
 * `arrive`: come as far as the door, and wait there if it is closed.
 */
export type ArriveAtCall = {
/**
 * Which call, appointment or meeting.
 */
callId: string,
/**
 * What this device sends.
 */
media?: MediaState,
/**
 * What it found out about itself.
 */
check?: DeviceCheck, };
/**
 * `admit`: let somebody in who waits at the door, was not named, or was removed.
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
 * `turn-away` and `remove`.
 */
export type SendAway = {
/**
 * From which call.
 */
callId: string,
/**
 * Whom.
 */
user: string,
/**
 * Why, for them to read.
 */
reason?: string, };
/**
 * `lock`: have nobody come in any more but hosts, or let people come again.
 */
export type LockCall = {
/**
 * Which call.
 */
callId: string,
/**
 * Nobody comes in.
 */
locked: boolean, };
/**
 * `door`: choose who waits.
 */
export type ChooseDoor = {
/**
 * Of which call.
 */
callId: string,
/**
 * Who does.
 */
door: Door, };
/**
 * `host`: have somebody decide for all, or no longer.
 */
export type ChooseHost = {
/**
 * In which call.
 */
callId: string,
/**
 * Whom.
 */
user: string,
/**
 * They do.
 */
host: boolean, };
/**
 * `ask-mute`: ask for quiet.
 */
export type AskForQuiet = {
/**
 * In which call.
 */
callId: string,
/**
 * Of whom; of everybody else unless this names somebody.
 */
user?: string, };
/**
 * `hand`: raise or lower a hand.
 */
export type RaiseHand = {
/**
 * In which call.
 */
callId: string,
/**
 * Up.
 */
raised: boolean,
/**
 * Whose, if it is not one's own; hosts lower those of others.
 */
user?: string, };
/**
 * `react`: show something without a word.
 */
export type ReactInCall = {
/**
 * In which call.
 */
callId: string,
/**
 * What.
 */
reaction: Reaction, };
/**
 * `messages`: what was written in a call, the latest 200.
 */
export type ReadMessages = {
/**
 * In which call.
 */
callId: string,
/**
 * Only what was written after the event of this number.
 */
after?: number, };
/**
 * `path`: which way the media between this device and somebody else takes now.
 */
export type ReportPath = {
/**
 * In which call.
 */
callId: string,
/**
 * To whom.
 */
user: string,
/**
 * Which way.
 */
path: PathKind,
/**
 * Which way they take to this device, if it knows.
 */
peerPath?: PathKind,
/**
 * From here to them and back.
 */
roundTripMs?: number,
/**
 * How much of what they send is lost.
 */
lossPercent?: number, };
/**
 * `away`: nobody has touched this device for a while, or somebody does again.
 */
export type SayAway = {
/**
 * Nobody has.
 */
away: boolean, };
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
to?: Array<string>,
/**
 * What this client calls it, in at most 64 characters: saying it again
 * under the same key says nothing new.
 */
key?: string, };
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
user?: string,
/**
 * To what; to what is asked for, or recorded, unless this says.
 */
covers?: Covered,
/**
 * The name of the text they were shown.
 */
wording?: string,
/**
 * How somebody else agreed; `verbal` unless this says.
 */
method?: MethodWord, };
/**
 * `ask-consent`: ask everybody whether they agree to being recorded.
 */
export type AskForConsent = {
/**
 * Which call.
 */
callId: string,
/**
 * What is to be recorded.
 */
covers: Covered,
/**
 * The name of the text they are shown.
 */
wording: string, };
/**
 * `record`: record, once everybody has agreed.
 */
export type RecordCall = {
/**
 * Which call.
 */
callId: string,
/**
 * What; what was asked for, unless this says.
 */
covers?: Covered,
/**
 * What becomes of those who come and have not agreed; as the house has it,
 * unless this says.
 */
newcomers?: NewcomersWord, };
/**
 * `look`, `begin`, `admit-all` and `stop-recording`: which call is meant.
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
 * They agreed to all that is recorded, or asked for.
 */
consented: boolean,
/**
 * To what they agreed.
 */
consent?: ConsentState,
/**
 * They said no to the request that stands, or to the recording that runs.
 */
declined: boolean,
/**
 * They decide for all.
 */
host: boolean,
/**
 * A host put them out, and none has let them in since.
 */
removed: boolean,
/**
 * What they are there for, if they have no account.
 */
part?: Part,
/**
 * Since when they wait at the door.
 */
waitingSince?: string,
/**
 * What the device they wait with found out about itself.
 */
check?: DeviceCheck,
/**
 * They wait, but their connection to the server is lost.
 */
away: boolean,
/**
 * Since when their hand is up.
 */
handSince?: string, };
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
 * Everybody the call ever named; to who waits at the door, the hosts and
 * themselves.
 */
people: Array<ParticipantState>,
/**
 * This device is in the room, or at its door.
 */
here: boolean,
/**
 * Who waits until a host lets them in.
 */
door: Door,
/**
 * Nobody comes in but hosts.
 */
locked: boolean,
/**
 * The name of its meeting.
 */
title?: string,
/**
 * The id of its appointment or meeting: people come by this name.
 */
place?: string,
/**
 * The id of its appointment.
 */
appointment?: string,
/**
 * The recording that runs, if one does.
 */
recording?: RecordingState,
/**
 * The request to record that stands, if one does.
 */
recordingRequest?: RecordingRequest,
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
 * A call that somebody let ring, or that was taken back before they answered.
 */
export type MissedCall = {
/**
 * Which call.
 */
callId: string,
/**
 * Who called.
 */
caller: Person,
/**
 * When it stopped ringing.
 */
at: string,
/**
 * What for.
 */
purpose: Purpose, };
/**
 * An appointment.
 */
export type Visit = {
/**
 * Which; people come to it by this name.
 */
id: string,
/**
 * Who comes to be seen.
 */
patient: Person,
/**
 * Who sees them.
 */
provider: Person,
/**
 * When.
 */
startsAt: string,
/**
 * How long.
 */
durationMinutes: number,
/**
 * `scheduled`, `in_progress`, `completed` or `cancelled`.
 */
status: 'scheduled' | 'in_progress' | 'completed' | 'cancelled', };
/**
 * What was decided about an appointment.
 */
export type VisitChange = "booked" | "moved" | "cancelled" | "reminder";
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
calls: Array<CallState>,
/**
 * The calls you have missed and not seen yet, the latest first.
 */
missed: Array<MissedCall>, };
/**
 * `presence`: somebody can be reached now, or cannot, or otherwise than before.
 */
export type Presence = {
/**
 * Who.
 */
userId: string,
/**
 * Whether any device of theirs is connected.
 */
online: boolean,
/**
 * How.
 */
presence: PresenceWord, };
/**
 * `reaction`: somebody in the room reacts.
 */
export type SeenReaction = {
/**
 * In which call.
 */
callId: string,
/**
 * Who.
 */
user: string,
/**
 * How.
 */
reaction: Reaction, };
/**
 * `appointment`: something was decided about an appointment of yours, or it is
 * near.
 */
export type VisitNews = {
/**
 * What.
 */
change: VisitChange,
/**
 * How it stands now.
 */
appointment: Visit, };
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
until: string, } | { "type": "rescheduled",
/**
 * When.
 */
scheduledAt: string, } | { "type": "reminded" } | { "type": "answered",
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
reason?: string, } | { "type": "begun" } | { "type": "expected",
/**
 * As they are now.
 */
participant: ParticipantState, } | { "type": "cameToDoor",
/**
 * As they are now.
 */
participant: ParticipantState, } | { "type": "admitted",
/**
 * Who.
 */
user: string, } | { "type": "locked",
/**
 * Nobody comes in.
 */
locked: boolean, } | { "type": "doorSet",
/**
 * Who does.
 */
door: Door, } | { "type": "hostChanged",
/**
 * Who.
 */
user: string,
/**
 * They do.
 */
host: boolean, } | { "type": "muteAsked",
/**
 * Of whom; of everybody else if this names nobody.
 */
user?: string, } | { "type": "handRaised",
/**
 * Whose.
 */
user: string,
/**
 * Up.
 */
raised: boolean, } | { "type": "said",
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
to: string[],
/**
 * What came with it.
 */
file?: Attachment,
/**
 * What your client called it, if you wrote it.
 */
key?: string, } | { "type": "hidden" } | { "type": "recordingAsked",
/**
 * Who, what and in which words.
 */
request: RecordingRequest, } | { "type": "requestDropped" } | { "type": "consentGiven",
/**
 * Who.
 */
user: string,
/**
 * To what, and how.
 */
consent: ConsentState, } | { "type": "consentDeclined",
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
recording: RecordingState, } | { "type": "recordingPaused",
/**
 * Which recording.
 */
recording: string, } | { "type": "recordingResumed",
/**
 * Which recording.
 */
recording: string, } | { "type": "recordingStopped",
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
 * Who caused it, unless the house did.
 */
by?: string,
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
