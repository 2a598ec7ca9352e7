//! Which way media takes, read from what browsers tell.

import { describe, expect, it } from 'vitest';
import { pathIn } from '../src/paths';

type Entry = { id: string; type: string } & Record<string, unknown>;

const report = (...entries: Entry[]) => new Map(entries.map((it) => [it.id, it]));
const pair = (rest: object): Entry => ({
  id: 'pair',
  type: 'candidate-pair',
  localCandidateId: 'local',
  ...rest,
});
const transport = { id: 't', type: 'transport', selectedCandidatePairId: 'pair' };
const local = (rest: object): Entry => ({ id: 'local', type: 'local-candidate', ...rest });

describe('the way', () => {
  it.each([
    ['host', undefined, 'direct'],
    ['srflx', undefined, 'stun'],
    ['prflx', undefined, 'stun'],
    ['relay', 'udp', 'relay-udp'],
    ['relay', 'tcp', 'relay-tcp'],
    ['relay', 'tls', 'relay-tls'],
    ['relay', undefined, 'relay-udp'],
  ])('from a candidate of kind %s over %s is %s', (candidateType, relayProtocol, path) => {
    const found = pathIn(report(transport, pair({}), local({ candidateType, relayProtocol })));
    expect(found?.path).toBe(path);
  });

  it('is that of the pair in use, not of one that was tried', () => {
    const tried = { ...pair({ nominated: true, state: 'succeeded' }), id: 'tried' };
    const found = pathIn(
      report(
        { ...tried, localCandidateId: 'other' },
        { id: 'other', type: 'local-candidate', candidateType: 'host' },
        transport,
        pair({}),
        local({ candidateType: 'relay', relayProtocol: 'tcp' }),
      ),
    );
    expect(found?.path).toBe('relay-tcp');
  });

  it.each([[{ selected: true }], [{ nominated: true, state: 'succeeded' }]])(
    'is found where a browser has no transport to ask: %o',
    (marked) => {
      const found = pathIn(report(pair(marked), local({ candidateType: 'srflx' })));
      expect(found?.path).toBe('stun');
    },
  );

  it('is not known before a pair is chosen', () => {
    const waiting = pair({ nominated: false, state: 'in-progress' });
    expect(pathIn(report(waiting, local({ candidateType: 'host' })))).toBeUndefined();
    expect(pathIn(report())).toBeUndefined();
  });

  it('comes with how long it takes and how much is lost', () => {
    const stream = (id: string, packetsReceived: number, packetsLost: number) => ({
      id,
      type: 'inbound-rtp',
      packetsReceived,
      packetsLost,
    });
    const found = pathIn(
      report(
        transport,
        pair({ currentRoundTripTime: 0.0421 }),
        local({ candidateType: 'host' }),
        stream('audio', 90, 10),
        stream('video', 900, 0),
      ),
    );
    expect(found).toEqual({ path: 'direct', roundTripMs: 42, lossPercent: 1 });
  });

  it('never loses less than nothing', () => {
    const twice = { id: 'a', type: 'inbound-rtp', packetsReceived: 12, packetsLost: -2 };
    const found = pathIn(report(transport, pair({}), local({ candidateType: 'host' }), twice));
    expect(found).toEqual({ path: 'direct', lossPercent: 0 });
  });
});
