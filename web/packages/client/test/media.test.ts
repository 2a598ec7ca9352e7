import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { LocalMedia } from '../src/media';
import { FakeDevices, FakeStream } from '../testing';

function make() {
  const devices = new FakeDevices();
  const media = new LocalMedia(() => devices.devices, FakeStream.of);
  return { devices, media };
}

const BOTH = { audio: true, video: true };

describe('local media', () => {
  it('opens what is wanted', async () => {
    const { media } = make();
    await media.open(BOTH);
    expect(media.state).toEqual({ audio: true, video: true, screen: false });
    expect(media.getSnapshot().preview?.getVideoTracks()).toEqual([media.tracks.video]);
  });

  it('opens a device once', async () => {
    const { media, devices } = make();
    await media.open(BOTH);
    await media.open(BOTH);
    expect(devices.tracks).toHaveLength(2);
  });

  it('goes without a camera that is missing, and says so', async () => {
    const { media, devices } = make();
    devices.missing.set('video', 'NotFoundError');
    await media.open(BOTH);
    expect(media.state).toMatchObject({ audio: true, video: false });
    expect(media.getSnapshot().problem).toMatchObject({ reason: 'no-device' });
    expect(media.getSnapshot().problem?.message).toContain('No camera');
  });

  it('goes without a microphone that is forbidden, and says so', async () => {
    const { media, devices } = make();
    devices.missing.set('audio', 'NotAllowedError');
    await media.open(BOTH);
    expect(media.state).toMatchObject({ audio: false, video: true });
    expect(media.getSnapshot().problem).toMatchObject({ reason: 'not-allowed' });
  });

  it('says what to do where the browser gives devices to nobody', async () => {
    vi.stubGlobal('navigator', {});
    onTestFinished(() => void vi.unstubAllGlobals());
    const media = new LocalMedia(undefined, FakeStream.of);
    await media.open(BOTH);
    expect(media.state).toMatchObject({ audio: false, video: false });
    expect(media.getSnapshot().problem?.message).toContain('begins with https');
  });

  it('goes with nothing at all', async () => {
    const { media, devices } = make();
    devices.missing.set('audio', 'NotFoundError').set('video', 'NotFoundError');
    await media.open(BOTH);
    expect(media.state).toEqual({ audio: false, video: false, screen: false });
    expect(media.tracks).toEqual({ audio: null, video: null });
  });

  it('keeps the microphone open while muted', async () => {
    const { media, devices } = make();
    await media.open({ audio: true, video: false });
    await media.toggleMicrophone();
    expect(media.state.audio).toBe(false);
    expect(devices.tracks[0]).toMatchObject({ enabled: false, readyState: 'live' });
    await media.toggleMicrophone();
    expect(devices.tracks[0]).toMatchObject({ enabled: true });
  });

  it('releases the camera when it is turned off', async () => {
    const { media, devices } = make();
    await media.open(BOTH);
    await media.toggleCamera();
    expect(devices.tracks[1]).toMatchObject({ kind: 'video', readyState: 'ended' });
    expect(media.getSnapshot()).toMatchObject({ video: false, preview: null });
    await media.toggleCamera();
    expect(media.state.video).toBe(true);
  });

  it('throws when a device that was asked for cannot be had', async () => {
    const { media, devices } = make();
    devices.missing.set('video', 'NotAllowedError');
    await expect(media.toggleCamera()).rejects.toMatchObject({ reason: 'not-allowed' });
    devices.missing.clear();
    await media.toggleCamera();
    expect(media.getSnapshot().problem).toBeNull();
  });

  it('shows the screen instead of the camera, and the camera again', async () => {
    const { media, devices } = make();
    await media.open(BOTH);
    const camera = media.tracks.video;
    await media.startScreen();
    expect(media.tracks.video).not.toBe(camera);
    expect(media.state).toEqual({ audio: true, video: true, screen: true });
    media.stopScreen();
    expect(media.tracks.video).toBe(camera);
    expect(devices.tracks[2]?.readyState).toBe('ended');
  });

  it('says so when the screen is not given', async () => {
    const { media, devices } = make();
    devices.missing.set('screen', 'NotAllowedError');
    await expect(media.startScreen()).rejects.toMatchObject({ reason: 'not-allowed' });
  });

  it.each([0, 1])('notices when device %i is unplugged', async (place) => {
    const { media, devices } = make();
    await media.open(BOTH);
    devices.tracks[place]?.unplug();
    expect(media.state).toEqual({ audio: place !== 0, video: place !== 1, screen: false });
  });

  it('releases everything', async () => {
    const { media, devices } = make();
    await media.open(BOTH);
    await media.startScreen();
    media.close();
    expect(devices.tracks.map((it) => it.readyState)).toEqual(['ended', 'ended', 'ended']);
    expect(media.getSnapshot().preview).toBeNull();
  });
});
