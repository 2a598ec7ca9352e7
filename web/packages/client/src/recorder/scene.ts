//! Who is to be seen and heard in a recording.

import { othersInRoom, participantOf, type Call } from '../phase';
import type { Tracks } from '../media';
import type { PeerView } from '../peer';
import type { Covered, MediaState } from '../wire.gen';
import type { Tile } from './mosaic';

/** One person in a recorded room, as far as the recording covers them. */
export interface Seat extends Tile {
  id: string;
  name: string;
  sounds: readonly MediaStreamTrack[];
  /** Their camera, or their screen if `screen` says so. */
  picture: MediaStreamTrack | null;
}

/** What a scene is made of. */
export interface Stage {
  you: string;
  /** What this device sends, which the others may not have heard of yet. */
  own: Tracks;
  media: MediaState;
  peers: ReadonlyMap<string, PeerView>;
}

/** Everybody in the room, you first; nothing of them that is not covered. */
export function sceneOf(call: Call, { you, own, media: sent, peers }: Stage, covers: Covered): Seat[] {
  const self = participantOf(call.wire, you);
  const others = othersInRoom(call, you).map(({ person, media }) => {
    const stream = peers.get(person.id)?.stream;
    const sounds = stream?.getAudioTracks() ?? [];
    const picture = stream?.getVideoTracks()[0] ?? null;
    return covered({ id: person.id, name: person.name, sounds, picture }, media, covers);
  });
  if (self === undefined) return others;
  const seat = { id: you, name: self.person.name, sounds: listed(own.audio), picture: own.video };
  return [covered(seat, sent, covers), ...others];
}

function covered(seat: Omit<Seat, 'screen'>, media: MediaState, covers: Covered): Seat {
  const screen = media.screen === true && covers.screen;
  // A track that nothing is sent on keeps its last picture.
  const isSeen = media.screen === true ? covers.screen : media.video && covers.video;
  return {
    ...seat,
    screen,
    sounds: covers.audio ? seat.sounds : [],
    picture: isSeen ? seat.picture : null,
  };
}

function listed(track: MediaStreamTrack | null): MediaStreamTrack[] {
  return track === null ? [] : [track];
}
