//! What one can do in a call. Words, not icons.

import type { CallState } from '@housecall/client';
import {
  useCameraToggle,
  useHangUp,
  useMicrophoneToggle,
  useScreenShareToggle,
  useSnapshot,
} from '@housecall/react';
import { EndForEverybody } from '../room/EndForEverybody';
import type { Panel } from '../room/panels';
import { Tools } from '../room/Tools';
import { Button } from '../ui/Button';
import { Problem } from '../ui/Problem';

/** The bar below the stage. It stays: nothing hides while somebody needs it. */
export function Controls(props: {
  wire: CallState;
  panel: Panel | null;
  /** The panel takes all the room that a phone has. */
  isCovered: boolean;
  onPanel: (panel: Panel | null) => void;
}) {
  const { wire, panel, isCovered, onPanel } = props;
  const isRinging = wire.phase === 'ringing';
  const microphone = useMicrophoneToggle();
  const camera = useCameraToggle();
  const screen = useScreenShareToggle();
  const hangUp = useHangUp(wire.id);
  const missing = useSnapshot((it) => it.media.problem);
  const error = microphone.error ?? camera.error ?? screen?.error ?? hangUp.error ?? missing;
  return (
    <footer
      // A phone has no room for both; what is open has a way to close it.
      className={`flex flex-col items-center gap-3 p-4 pt-0 ${isCovered ? 'max-sm:hidden' : ''}`}
    >
      <Problem error={error} />
      {!isRinging && <Tools wire={wire} panel={panel} onPanel={onPanel} />}
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
        <EndForEverybody wire={wire} />
        <Button {...hangUp.buttonProps} purpose="hangup">
          {isRinging ? 'Cancel the call' : 'Leave the visit'}
        </Button>
      </div>
    </footer>
  );
}
