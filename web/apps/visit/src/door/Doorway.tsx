//! In front of a place: see that everything works, then come in.

import type { DeviceCheck } from '@housecall/client';
import { useArrive } from '@housecall/react';
import { useState } from 'react';
import type { Arrival } from '../check/arrival';
import { Button, ButtonLink } from '../ui/Button';
import { Check } from '../ui/Check';
import { Problem } from '../ui/Problem';
import { DevicePreview } from './DevicePreview';
import { useDeviceCheck } from './use-device-check';

/** The device check and the way in. Hosts may skip the check. What it found is
 *  shown to others as `arrival` says, and more can be found at `checkAt`. */
export function Doorway(props: {
  place: string;
  isHost: boolean;
  checkAt: string;
  arrival: Arrival;
}) {
  const { place, isHost, checkAt, arrival } = props;
  const { arrive, pending, error } = useArrive(place);
  const checked = useDeviceCheck(arrival.keepFor);
  const [withCamera, setWithCamera] = useState(true);
  const { check } = checked;
  return (
    <div className="flex flex-col gap-4">
      {isHost && (
        <Button aria-busy={pending} onClick={() => void arrive?.({ audio: true, video: true })}>
          Go straight in
        </Button>
      )}
      <DevicePreview checked={checked} />
      <ButtonLink to={checkAt} state={{ ...arrival, ...known(check) } satisfies Arrival}>
        Check my connection
      </ButtonLink>
      <Check
        label="Come in with my camera on"
        checked={withCamera}
        onChange={(event) => setWithCamera(event.target.checked)}
      />
      <Problem error={error} />
      <Button
        purpose="primary"
        aria-busy={pending}
        onClick={() => void arrive?.({ ...wanted(check, withCamera), check })}
      >
        Come in
      </Button>
    </div>
  );
}

/** What was found of the devices; nothing while they are looked for. */
function known({ microphone, camera }: DeviceCheck): Arrival {
  const isKnown = microphone !== 'unknown' && camera !== 'unknown';
  return isKnown ? { devices: { microphone, camera } } : {};
}

/** What is known to be missing is not asked for again at the door. */
function wanted({ microphone, camera }: DeviceCheck, withCamera: boolean) {
  return { audio: microphone !== 'missing', video: withCamera && camera !== 'missing' };
}
