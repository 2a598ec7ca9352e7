//! Where one waits until a host opens the door.

import { participantOf, type Call } from '@housecall/client';
import {
  useAction,
  useCameraToggle,
  useChat,
  useManager,
  useMicrophoneToggle,
  useSnapshot,
} from '@housecall/react';
import { ConsentAtDoor } from '../call/RecordingConsent';
import { SelfView } from '../call/SelfView';
import { Stage } from '../call/Stage';
import { useConsentPanel } from '../call/use-consent-panel';
import { Button } from '../ui/Button';
import { Problem } from '../ui/Problem';
import { useNow } from '../ui/use-now';
import { either, hostsOf, minutesSince } from '../words';

/** Who lets one in, how long it has been, what the hosts say, and the way out. */
export function WaitingRoom({ call }: { call: Call }) {
  const you = useSnapshot((it) => it.you?.id) ?? '';
  const offline = useSnapshot((it) => it.connection === 'offline');
  const hosts = hostsOf(call.wire, you);
  const own = participantOf(call.wire, you);
  const since = own?.waitingSince;
  const waitsToAgree = call.wire.recording?.newcomers === 'wait' && !own?.consented;
  const consent = useConsentPanel(call.wire.id);
  return (
    <Stage
      phase="waiting"
      title={
        waitsToAgree
          ? 'This visit is being recorded'
          : `${hosts.length === 0 ? 'The host' : either(hosts)} will let you in`
      }
    >
      {since !== undefined && <Waited since={since} />}
      <ConsentAtDoor wire={call.wire} consent={consent} />
      {offline && <p>The connection is interrupted. Your place in line is kept.</p>}
      <Said callId={call.wire.id} you={you} />
      <div className="grid aspect-[4/3] w-full max-w-sm">
        <SelfView inCorner={false} />
      </div>
      <WaitingControls callId={call.wire.id} />
    </Stage>
  );
}

function Waited({ since }: { since: string }) {
  const now = useNow(10_000);
  return <p>You have been waiting for {minutesSince(since, now)}.</p>;
}

/** Large, and read out at once: whoever waits may sit at a distance. */
function Said({ callId, you }: { callId: string; you: string }) {
  const { messages } = useChat(callId);
  const heard = messages.filter((it) => it.user !== you);
  return (
    <div role="log" aria-label="Messages from the host" className="flex flex-col gap-2">
      {heard.map((it) => (
        <p key={it.seq ?? it.key} className="text-2xl">
          {it.message}
        </p>
      ))}
    </div>
  );
}

function WaitingControls({ callId }: { callId: string }) {
  const manager = useManager();
  const microphone = useMicrophoneToggle();
  const camera = useCameraToggle();
  const leave = useAction(() => manager.leave(callId));
  return (
    <>
      <Problem error={microphone.error ?? camera.error ?? leave.error} />
      <div role="group" aria-label="Waiting room" className="flex flex-wrap justify-center gap-3">
        <Button {...microphone.buttonProps} purpose="stage">
          {microphone.enabled ? 'Mute' : 'Unmute'}
        </Button>
        <Button {...camera.buttonProps} purpose="stage">
          {camera.enabled ? 'Stop camera' : 'Start camera'}
        </Button>
        <Button purpose="hangup" aria-busy={leave.pending} onClick={() => void leave.run()}>
          Leave the waiting room
        </Button>
      </div>
    </>
  );
}
