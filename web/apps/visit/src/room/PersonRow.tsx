//! Somebody in the list of people.

import { useManager, useModeration, type Participant } from '@housecall/react';
import { useState } from 'react';
import { Button } from '../ui/Button';
import { Problem } from '../ui/Problem';
import { PutOut } from '../ui/PutOut';
import { path } from '../words';
import { conditions } from './conditions';

/** Their name, how they are there, and what a host may do. */
export function PersonRow({ callId, participant }: { callId: string; participant: Participant }) {
  const { name } = participant.person;
  const { peer } = participant;
  const way = peer?.connection === 'connected' ? peer.path : undefined;
  const words = [...conditions(participant), ...(way === undefined ? [] : [path(way)])];
  return (
    <li className="flex flex-col gap-2 py-3">
      <p className="font-semibold">{name}</p>
      {words.length > 0 && <p className="text-muted">{words.join(' · ')}</p>}
      <HostActions callId={callId} participant={participant} />
    </li>
  );
}

function HostActions({ callId, participant }: { callId: string; participant: Participant }) {
  const { person, media, host, handSince } = participant;
  const { id, name } = person;
  const manager = useManager();
  const { remove, askToMute, setHost, lowerHand, error } = useModeration(callId);
  const [removing, setRemoving] = useState(false);
  return (
    <div className="flex flex-wrap gap-2 empty:hidden">
      <Problem error={error} />
      {lowerHand && handSince !== undefined && (
        <Button onClick={() => void lowerHand(id)}>
          <span>
            Lower <span className="sr-only">{name}’s </span>hand
          </span>
        </Button>
      )}
      {askToMute && media.audio && (
        <Button aria-label={`Mute ${name}`} onClick={() => void askToMute(id)}>
          Mute
        </Button>
      )}
      {setHost && (
        <Button onClick={() => void setHost(id, !host)}>
          <span>
            Make <span className="sr-only">{name} </span>
            {host ? 'no host' : 'a host'}
          </span>
        </Button>
      )}
      {remove && (
        <Button purpose="danger" aria-label={`Remove ${name}`} onClick={() => setRemoving(true)}>
          Remove
        </Button>
      )}
      {remove && removing && (
        <PutOut
          title={`Remove ${name}?`}
          yes={`Yes, remove ${name}`}
          no="Keep them"
          act={(reason) => manager.remove(callId, id, reason)}
          onClose={() => setRemoving(false)}
        >
          <p>{name} goes out and cannot come back unless a host lets them.</p>
        </PutOut>
      )}
    </div>
  );
}
