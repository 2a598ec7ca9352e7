//! Calls between people, for any web page.

export {
  isAtDoor,
  isHost,
  isInRoom,
  isInside,
  isOver,
  othersInRoom,
  participantOf,
  peopleAtDoor,
} from './call';
export type { Absence, Call, Ending, News, Phase } from './call';
export { checkConnection } from './check';
export type { CheckOptions, CheckPart, CheckStep } from './check';
export { EMPTY_CHAT } from './chat';
export type { Chat, ChatMessage } from './chat';
export { awaitedIn, includesAll, isOnAir, unconsentedIn } from './consent';
export { HousecallError } from './errors';
export type { DeviceKind, Reason } from './errors';
export type { IceRules } from './ice';
export { WebRTCManager } from './manager';
export { LocalMedia } from './media';
export type { Devices, LocalMediaState, Wanted } from './media';
export { Memory } from './memory';
export type { TabStorage } from './memory';
export type { WatchNetwork } from './network';
export type { ServerAddress, Way } from './offers';
export type {
  ArriveOptions,
  ConsentOptions,
  ManagerOptions,
  RecordOptions,
  SayOptions,
  StartOptions,
} from './options';
export type { PeerView } from './peer';
export type { Equipment } from './recorder/equipment';
export type { RecorderState } from './recorder/state';
export type { ShownReaction } from './reactions';
export type { Announcement, Connection, Snapshot } from './snapshot';
export type { SocketFactory, SocketLike, SocketOptions, TokenProvider } from './transport';
export type * from './wire.gen';
