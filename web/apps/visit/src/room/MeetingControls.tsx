//! What a host decides about the room as a whole.

import type { CallState, Door } from '@housecall/client';
import { useDoor, useMeetingControls, useModeration } from '@housecall/react';
import { lazy, Suspense, useState } from 'react';
import { Button } from '../ui/Button';
import { Choice } from '../ui/Choice';
import { Problem } from '../ui/Problem';
import { DOOR_CHOICES } from '../words';

const GuestLinks = lazy(() => import('../guests/GuestLinks'));

/** Lock, door, mute everybody, invite; nothing for whoever is no host. */
export function MeetingControls({ wire }: { wire: CallState }) {
  const { locked, lock, isHost, error } = useMeetingControls(wire.id);
  const { askToMute } = useModeration(wire.id);
  const { door, setDoor, error: doorError } = useDoor(wire.id);
  const [inviting, setInviting] = useState(false);
  if (!isHost) return locked ? <p>The meeting is locked. Nobody else can come in.</p> : null;
  return (
    <section aria-label="For hosts" className="flex flex-col gap-3">
      <Problem error={error ?? doorError} />
      {locked && <p>The meeting is locked. Nobody else can come in.</p>}
      {lock && (
        <Button onClick={() => void lock(!locked)}>
          {locked ? 'Unlock the meeting' : 'Lock the meeting'}
        </Button>
      )}
      {askToMute && <Button onClick={() => void askToMute()}>Mute everybody else</Button>}
      {setDoor && (
        <Choice
          label="Waiting room"
          options={DOOR_CHOICES}
          value={door}
          onChange={(event) => void setDoor(event.target.value as Door)}
        />
      )}
      <Button onClick={() => setInviting(true)}>Invite a guest</Button>
      {inviting && (
        <Suspense>
          <GuestLinks
            place={wire.place ?? wire.id}
            title="this visit"
            onClose={() => setInviting(false)}
          />
        </Suspense>
      )}
    </section>
  );
}
