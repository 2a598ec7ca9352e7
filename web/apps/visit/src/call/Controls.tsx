//! What one can do in a call. Words, not icons.

import {
  useCameraToggle,
  useHangUp,
  useMicrophoneToggle,
  useScreenShareToggle,
  useSnapshot,
} from '@housecall/react';
import { Button } from '../ui/Button';
import { Problem } from '../ui/Problem';

/** The bar below the stage. It stays: nothing hides while somebody needs it. */
export function Controls({ callId, ringing }: { callId: string; ringing: boolean }) {
  const microphone = useMicrophoneToggle();
  const camera = useCameraToggle();
  const screen = useScreenShareToggle();
  const hangUp = useHangUp(callId);
  const missing = useSnapshot((it) => it.media.problem);
  const error = microphone.error ?? camera.error ?? screen?.error ?? hangUp.error ?? missing;
  return (
    <footer className="flex flex-col items-center gap-3 p-4 pt-0">
      <Problem error={error} />
      <div
        role="group"
        aria-label="Call controls"
        className="grid w-full grid-cols-2 gap-3 *:last:odd:col-span-2 sm:flex sm:flex-wrap sm:justify-center"
      >
        <Button {...microphone.buttonProps} purpose="stage">
          {microphone.enabled ? 'Mute' : 'Unmute'}
        </Button>
        <Button {...camera.buttonProps} purpose="stage">
          {camera.enabled ? 'Stop camera' : 'Start camera'}
        </Button>
        {screen && (
          <Button {...screen.buttonProps} purpose="stage">
            {screen.enabled ? 'Stop sharing' : 'Share screen'}
          </Button>
        )}
        <Button {...hangUp.buttonProps} purpose="hangup">
          {ringing ? 'Cancel the call' : 'Leave the visit'}
        </Button>
      </div>
    </footer>
  );
}
