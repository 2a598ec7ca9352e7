import type { Participant } from '@housecall/react';
import { part } from '../words';

/** How somebody is in the room, in a word or two each. */
export function conditions(participant: Participant): string[] {
  const { stage, media, peer, host, handSince } = participant;
  const connected = peer?.connection === 'connected';
  const words = [
    host && 'Host',
    participant.part !== undefined && part(participant.part),
    handSince !== undefined && 'Hand raised',
    stage === 'lost' && 'Reconnecting',
    !connected && stage !== 'lost' && 'Connecting',
    !media.audio && 'Muted',
    media.screen === true && 'Shares the screen',
    !media.video && media.screen !== true && 'Camera off',
  ];
  return words.filter((it) => it !== false);
}
