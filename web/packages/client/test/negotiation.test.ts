//! Two peers, a wire between them, and every order in which things can happen.

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Negotiation, type NegotiationOptions } from '../src/negotiation';
import type { SignalKind } from '../src/wire.gen';
import { FakeConnection, FakeTrack, type Pace } from '../testing';

/** One end: its connection, and the signals on their way to it. */
class End {
  readonly connection: FakeConnection;
  readonly inbox: [SignalKind, unknown][] = [];
  readonly replaced: unknown[] = [];
  readonly negotiation: Negotiation;

  constructor(
    outbox: () => [SignalKind, unknown][],
    options: Pick<NegotiationOptions, 'polite' | 'patience'>,
    pace?: Pace,
  ) {
    this.connection = new FakeConnection(pace);
    this.negotiation = new Negotiation({
      ...options,
      connection: this.connection.connection,
      send: (...signal) => void outbox().push(signal),
      replaced: (offer) => void this.replaced.push(offer),
    });
  }

  /** Takes the oldest signal; false when there is none. */
  take(): boolean {
    const signal = this.inbox.shift();
    if (signal !== undefined) void this.negotiation.receive(...signal);
    return signal !== undefined;
  }

  /** What it knows to be agreed. */
  get agreement() {
    const { signalingState, localDescription, remoteDescription, isAgreed } = this.connection;
    return { signalingState, isAgreed, local: localDescription?.id, remote: remoteDescription?.id };
  }
}

function pair(patience?: number): [End, End] {
  const ends: [End, End] = [
    new End(() => ends[1].inbox, { polite: false }),
    new End(() => ends[0].inbox, { polite: true, ...(patience === undefined ? {} : { patience }) }),
  ];
  return ends;
}

/** Lets everything that is ready happen. */
const settle = () => vi.advanceTimersByTimeAsync(0);

/** Delivers until nothing is on its way. */
async function deliver(...ends: End[]): Promise<void> {
  await settle();
  while (ends.some((it) => it.take())) await settle();
}

function expectAgreement(one: End, other: End): void {
  expect(one.agreement).toEqual({
    signalingState: 'stable',
    isAgreed: true,
    local: other.connection.remoteDescription?.id,
    remote: other.connection.localDescription?.id,
  });
  expect(other.agreement.signalingState).toBe('stable');
  expect(other.agreement.isAgreed).toBe(true);
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.spyOn(console, 'warn');
});

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

describe('negotiation', () => {
  it.each([0, 1])('works whichever side offers', async (offerer) => {
    const ends = pair();
    ends[offerer]?.negotiation.begin();
    await deliver(...ends);
    expectAgreement(...ends);
    expect(ends.map((it) => it.connection.candidates.length)).toEqual([1, 1]);
    expect(console.warn).not.toHaveBeenCalled();
  });

  it.each([
    [0, 1],
    [1, 0],
  ])('survives glare, side %i being heard first', async (first, second) => {
    const ends = pair();
    for (const end of ends) end.connection.addTrack(new FakeTrack('audio'));
    await settle();
    ends[first]?.take();
    await settle();
    ends[second]?.take();
    await deliver(...ends);
    expectAgreement(...ends);
    expect(console.warn).not.toHaveBeenCalled();
  });

  it('asks for sound and picture where there is none to send', async () => {
    const [one, other] = pair();
    one.negotiation.begin();
    await deliver(one, other);
    expect(one.connection.getTransceivers()).toHaveLength(2);
  });

  it('keeps candidates that come before the description', async () => {
    const [one, other] = pair();
    one.negotiation.begin();
    await settle();
    other.inbox.reverse();
    await deliver(one, other);
    expect(other.connection.candidates).toHaveLength(1);
    expectAgreement(one, other);
  });

  it('lets a newcomer wait for the offer of who was there first', async () => {
    const [one, other] = pair(4_000);
    other.connection.addTrack(new FakeTrack('audio'));
    await deliver(one, other);
    expect(one.inbox).toEqual([]);
    one.negotiation.begin();
    await deliver(one, other);
    expectAgreement(one, other);
    await vi.advanceTimersByTimeAsync(4_000);
    expect(one.inbox).toEqual([]);
  });

  it('lets a newcomer offer when no offer came', async () => {
    const [one, other] = pair(4_000);
    await vi.advanceTimersByTimeAsync(3_999);
    expect(one.inbox).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    await deliver(one, other);
    expectAgreement(one, other);
  });

  it('hands over the offer of a side that began anew', async () => {
    const [one, other] = pair();
    one.negotiation.begin();
    await deliver(one, other);
    const reloaded = new FakeConnection();
    await reloaded.setLocalDescription();
    const offer = reloaded.localDescription?.toJSON();
    await other.negotiation.receive('offer', offer);
    expect(other.replaced).toEqual([offer]);
  });

  it('ignores an answer to an offer it does not have open', async () => {
    const [one, other] = pair();
    one.negotiation.begin();
    await deliver(one, other);
    const before = one.agreement;
    await one.negotiation.receive('answer', other.connection.localDescription?.toJSON());
    expect(one.agreement).toEqual(before);
    expect(console.warn).not.toHaveBeenCalled();
  });

  it('goes on after a signal that cannot be used', async () => {
    vi.mocked(console.warn).mockImplementation(() => undefined);
    const [one, other] = pair();
    await one.negotiation.receive('offer', null);
    await one.negotiation.receive('candidate', null);
    one.negotiation.begin();
    await deliver(one, other);
    expectAgreement(one, other);
    expect(console.warn).toHaveBeenCalled();
  });

  it('repeats an offer that may have been lost', async () => {
    const [one, other] = pair();
    one.negotiation.begin();
    await settle();
    other.inbox.length = 0;
    expect(one.negotiation.repeat()).toBe(true);
    await deliver(one, other);
    expectAgreement(one, other);
  });

  it('has nothing to repeat when all is agreed', async () => {
    const [one, other] = pair();
    one.negotiation.begin();
    await deliver(one, other);
    expect(one.negotiation.repeat()).toBe(false);
    expect(other.inbox).toEqual([]);
  });

  it('says nothing once it is closed', async () => {
    const [one, other] = pair(4_000);
    one.negotiation.begin();
    one.negotiation.close();
    other.negotiation.close();
    await vi.advanceTimersByTimeAsync(10_000);
    await one.negotiation.receive('offer', { type: 'offer', sdp: '' });
    expect([...one.inbox, ...other.inbox]).toEqual([]);
  });
});

/** Small, fast and the same every time (mulberry32). */
function randomFrom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

/** Two ends in a world where each step of each browser, each delivery and each
 *  wish of a person happens in an order that the seed decides. */
class World {
  readonly #random: (below: number) => number;
  readonly #steps: (() => void)[] = [];
  readonly ends: [End, End];
  #wishes = 6;

  constructor(seed: number) {
    this.#random = randomFrom(seed);
    const pace: Pace = () => new Promise((resolve) => this.#steps.push(resolve));
    this.ends = [
      new End(() => this.ends[1].inbox, { polite: false }, pace),
      new End(() => this.ends[0].inbox, { polite: true }, pace),
    ];
  }

  /** Runs until there is nothing left to happen. */
  async run(): Promise<void> {
    for (let moves = 0; moves < 500; moves += 1) {
      await settle();
      const possible = this.#possible();
      if (possible.length === 0) return;
      possible[this.#random(possible.length)]?.();
    }
    throw new Error('The two never come to an end.');
  }

  #possible(): (() => void)[] {
    const steps = this.#steps.map((_, place) => () => this.#steps.splice(place, 1)[0]?.());
    const deliveries = this.ends.filter((it) => it.inbox.length > 0).map((it) => () => it.take());
    const wishes = this.#wishes > 0 ? [() => this.#wish()] : [];
    return [...steps, ...deliveries, ...wishes];
  }

  #wish(): void {
    this.#wishes -= 1;
    const end = this.ends[this.#random(2)] ?? this.ends[0];
    const wishes = [
      () => end.connection.addTrack(new FakeTrack('audio')),
      () => end.connection.addTrack(new FakeTrack('video')),
      () => end.connection.restartIce(),
      () => end.negotiation.begin(),
    ];
    wishes[this.#random(wishes.length)]?.();
  }
}

describe('negotiation in any order', () => {
  it('always ends in an agreement', async () => {
    for (let seed = 1; seed <= 400; seed += 1) {
      const world = new World(seed);
      await world.run();
      const [one, other] = world.ends;
      expect({ seed, ...one.agreement }).toEqual({
        seed,
        signalingState: 'stable',
        isAgreed: true,
        local: other.connection.remoteDescription?.id,
        remote: other.connection.localDescription?.id,
      });
      expect({ seed, ...other.agreement }).toMatchObject({
        signalingState: 'stable',
        isAgreed: true,
      });
    }
    expect(console.warn).not.toHaveBeenCalled();
  });
});
