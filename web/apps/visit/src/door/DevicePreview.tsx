//! What a device check found, to be seen and read.

import type { Verdict } from '@housecall/client';
import { useVideo } from '../call/use-video';
import { Button } from '../ui/Button';
import { MicrophoneLevel } from './MicrophoneLevel';
import type { Checked } from './use-device-check';

const ADVICE: Record<'microphone' | 'camera' | 'connection', Record<Verdict, string>> = {
  microphone: {
    works: 'Microphone works.',
    blocked: 'The microphone is blocked. Allow it in the address bar of your browser.',
    missing: 'No microphone was found. Plug one in or close other programs that use it.',
    unknown: 'Looking for the microphone.',
  },
  camera: {
    works: 'Camera works.',
    blocked: 'The camera is blocked. Allow it in the address bar of your browser.',
    missing: 'No camera was found. You can come in without one.',
    unknown: 'Looking for the camera.',
  },
  connection: {
    works: 'Connection works.',
    blocked: 'The connection to the server is interrupted.',
    unknown: 'Checking the connection.',
    missing: 'There is no connection to the server.',
  },
};

const CLOSED =
  'Your network blocks calls. Use another one, such as that of your phone, or check your ' +
  'connection to see what is blocked.';

/** The picture of the camera, the level of the microphone, and words on both. */
export function DevicePreview({ checked }: { checked: Checked }) {
  const { check, pending, isClosed, preview, sound, again } = checked;
  const { ref } = useVideo(preview);
  const isBad = Object.values(check).some((it) => it === 'blocked' || it === 'missing');
  return (
    <section aria-label="Device check" className="flex flex-col gap-4">
      <video
        ref={ref}
        autoPlay
        playsInline
        muted
        aria-label="Your camera"
        className={`aspect-video w-full -scale-x-100 rounded-card bg-stage object-cover ${preview === null ? 'hidden' : ''}`}
      />
      {sound !== null && <MicrophoneLevel sound={sound} />}
      <div role="status" aria-label="Result of the check" aria-busy={pending}>
        <p>{ADVICE.microphone[check.microphone]}</p>
        <p>{ADVICE.camera[check.camera]}</p>
        <p>{isClosed ? CLOSED : ADVICE.connection[check.connection]}</p>
      </div>
      {pending && <p>If your browser asks, allow it to use the microphone and the camera.</p>}
      {isBad && !pending && <Button onClick={again}>Check again</Button>}
    </section>
  );
}
