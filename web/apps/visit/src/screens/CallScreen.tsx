//! One call, from the first ring to the last word. The address names it, so
//! it survives a reload.

import { useCall, useSnapshot } from '@housecall/react';
import { useParams } from 'react-router';
import { Away } from '../call/Away';
import { Ended } from '../call/Ended';
import { Planned } from '../call/Planned';
import { Room } from '../call/Room';
import { Stage } from '../call/Stage';
import { ButtonLink } from '../ui/Button';
import { callerOf, others } from '../words';

/** What the address names, in whatever phase it is. */
export function CallScreen() {
  const { callId = '' } = useParams();
  const call = useCall(callId);
  const you = useSnapshot((it) => it.you?.id);
  const known = useSnapshot((it) => it.connection === 'online');
  if (call === undefined) return known ? <Unknown /> : <Connecting />;
  switch (call.phase) {
    case 'scheduled':
      return <Planned call={call} />;
    case 'incoming':
      return <Stage phase="incoming" title={`${callerOf(call.wire)} is calling`} />;
    case 'joining':
      return (
        <Stage phase="joining" title={`Joining ${others(call.wire, you)}`}>
          <p>If your browser asks, allow it to use the microphone and the camera.</p>
        </Stage>
      );
    case 'ringing':
    case 'connected':
    case 'reconnecting':
      return <Room call={call} />;
    case 'away':
      return <Away call={call} />;
    case 'ended':
      return <Ended call={call} />;
  }
}

function Connecting() {
  return <Stage phase="connecting" title="Connecting" />;
}

function Unknown() {
  return (
    <Stage phase="unknown" title="There is no open visit here">
      <p>It may be over, or you may not have been invited to it.</p>
      <ButtonLink to="/" purpose="stage">
        Back to people
      </ButtonLink>
    </Stage>
  );
}
