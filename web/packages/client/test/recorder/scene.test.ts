//! Nothing is recorded that is not covered.

import { describe, expect, it } from 'vitest';
import { meet } from '../../src/call';
import { sceneOf } from '../../src/recorder/scene';
import { callState, FakeStream, FakeTrack, participant } from '../../testing';

const SOUND = new FakeTrack('audio');
const PICTURE = new FakeTrack('video');
const OWN_SOUND = new FakeTrack('audio');
const OWN_PICTURE = new FakeTrack('video');

const media = { audio: true, video: true };
const everything = { audio: true, video: true, screen: true };

/** What is seen of Ana, whose device this is, and of Ben, who send these. */
function scene(covers: typeof everything, bens = media, anas: typeof media = media) {
  const people = [participant('ana', { media }), participant('ben', { media: bens })];
  const call = meet(callState([...people, participant('cleo', { stage: 'waiting' })]), 'ana');
  const stream = FakeStream.of([SOUND, PICTURE]);
  const stage = {
    you: 'ana',
    own: { audio: OWN_SOUND, video: OWN_PICTURE } as never,
    media: anas,
    peers: new Map([['ben', { stream, connection: 'connected' as const, path: undefined }]]),
  };
  return sceneOf(call, stage, covers);
}

describe('a scene', () => {
  it('holds everybody in the room with what they send', () => {
    expect(scene(everything)).toEqual([
      { id: 'ana', name: 'Ana', screen: false, sounds: [OWN_SOUND], picture: OWN_PICTURE },
      { id: 'ben', name: 'Ben', screen: false, sounds: [SOUND], picture: PICTURE },
    ]);
  });

  it('has no faces where only sound is covered, and no sound where it is not', () => {
    const [ana, ben] = scene({ audio: true, video: false, screen: false });
    expect([ana?.picture, ben?.picture]).toEqual([null, null]);
    expect(ben?.sounds).toEqual([SOUND]);
    const silent = scene({ audio: false, video: true, screen: false });
    expect(silent.flatMap((it) => it.sounds)).toEqual([]);
  });

  it('has screens only where they are covered, also one the others do not know of yet', () => {
    const shows = { ...media, screen: true };
    const [, ben] = scene(everything, shows);
    expect(ben).toMatchObject({ screen: true, picture: PICTURE });
    const faces = { audio: true, video: true, screen: false };
    expect(scene(faces, shows)[1]).toMatchObject({ screen: false, picture: null });
    expect(scene(faces, media, shows)[0]).toMatchObject({ screen: false, picture: null });
    const screens = { audio: true, video: false, screen: true };
    expect(scene(screens, shows).map((it) => it.picture)).toEqual([null, PICTURE]);
  });

  it('has no picture of a camera that is off', () => {
    expect(scene(everything, { audio: true, video: false })[1]?.picture).toBeNull();
  });
});
