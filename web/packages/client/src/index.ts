//! Calls between people, for any web page.

export { isInRoom, isOver, othersInRoom, participantOf } from './call';
export type { Absence, Call, Ending, News, Phase } from './call';
export { HousecallError } from './errors';
export type { DeviceKind, Reason } from './errors';
export { WebRTCManager } from './manager';
export type { ManagerOptions, StartOptions } from './manager';
export { LocalMedia } from './media';
export type { Devices, LocalMediaState, Wanted } from './media';
export { Memory } from './memory';
export type { TabStorage } from './memory';
export type { Messages } from './messages';
export type { PeerView } from './peer';
export type { Announcement, Connection, Snapshot } from './snapshot';
export type { SocketFactory, SocketLike, SocketOptions, TokenProvider } from './transport';
export type * from './wire.gen';
