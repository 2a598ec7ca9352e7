//! One call, from the first ring to the last word.

import type { Call } from '@housecall/client';
import { useCall, useSnapshot } from '@housecall/react';
import { useRef } from 'react';
import { WaitingRoom } from '../door/WaitingRoom';
import { HomeLink } from '../parts/HomeLink';
import { SavingNotice } from '../parts/SavingNotice';
import { callerOf, others } from '../words';
import { Away } from './Away';
import { Ended } from './Ended';
import { Planned } from './Planned';
import { Room } from './Room';
import { Stage } from './Stage';

/** A call in whatever phase it is. */
export function CallView({ callId }: { callId: string }) {
  const call = useCall(callId);
  const you = useSnapshot((it) => it.you?.id);
  const known = useSnapshot((it) => it.connection === 'online');
  const putOut = usePutOut(call);
  if (call === undefined) return known ? <Unknown /> : <Connecting />;
  switch (call.phase) {
    case 'scheduled':
      return <Planned call={call} />;
    case 'incoming':
      return <Stage phase="incoming" title={`${callerOf(call.wire)} is calling`} />;
    case 'joining':
      return (
        <Stage phase="joining" title={`Joining ${call.wire.title ?? others(call.wire, you)}`}>
          <p>If your browser asks, allow it to use the microphone and the camera.</p>
        </Stage>
      );
    case 'waiting':
      return <WaitingRoom call={call} />;
    case 'ringing':
    case 'connected':
    case 'reconnecting':
      return <Room call={call} />;
    case 'away':
      return <Away call={call} />;
    case 'ended':
      return putOut === undefined ? <Ended call={call} /> : <Away call={putOut} />;
  }
}

type AwayCall = Extract<Call, { phase: 'away' }>;

/** How a host put this person out, if one did. A visit may end with that; why
 *  they are out says more to them than that it has ended. */
function usePutOut(call: Call | undefined): AwayCall | undefined {
  const last = useRef<AwayCall>(undefined);
  if (call?.phase === 'away') {
    last.current = call.why === 'turned-away' || call.why === 'removed' ? call : undefined;
  } else if (call?.phase !== 'ended') {
    last.current = undefined;
  }
  return last.current;
}

function Connecting() {
  return <Stage phase="connecting" title="Connecting" />;
}

function Unknown() {
  return (
    <Stage phase="unknown" title="There is no open visit here">
      <p>It may be over, or you may not be invited to it, or not any more.</p>
      <SavingNotice />
      <HomeLink purpose="stage" />
    </Stage>
  );
}
