//! In front of a place: see that everything works, then come in.

import type { DeviceCheck } from '@housecall/client';
import { useArrive } from '@housecall/react';
import { useState } from 'react';
import { Button } from '../ui/Button';
import { Check } from '../ui/Check';
import { Problem } from '../ui/Problem';
import { DevicePreview } from './DevicePreview';
import { useDeviceCheck } from './use-device-check';

/** The device check and the way in. Hosts may skip the check. */
export function Doorway({ place, isHost }: { place: string; isHost: boolean }) {
  const { arrive, pending, error } = useArrive(place);
  const checked = useDeviceCheck();
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

/** What is known to be missing is not asked for again at the door. */
function wanted({ microphone, camera }: DeviceCheck, withCamera: boolean) {
  return { audio: microphone !== 'missing', video: withCamera && camera !== 'missing' };
}
