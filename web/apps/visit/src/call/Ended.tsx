import type { Call } from '@housecall/client';
import { useArrive, useSnapshot, useStartCall } from '@housecall/react';
import { HomeLink } from '../parts/HomeLink';
import { SavingNotice } from '../parts/SavingNotice';
import { RecordingLink } from '../recordings/RecordingLink';
import { useRecordings } from '../recordings/use-recordings';
import { Button } from '../ui/Button';
import { Problem } from '../ui/Problem';
import { duration, ending, others } from '../words';
import { Stage } from './Stage';

/** How a visit came out, and what one may do next. */
export function Ended({ call }: { call: Extract<Call, { phase: 'ended' }> }) {
  const { wire, ending: how } = call;
  const you = useSnapshot((it) => it.you?.id);
  const { start, pending, error } = useStartCall();
  const door = useArrive(wire.place ?? wire.id);
  const isGuest = useSnapshot((it) => it.you?.role === 'guest');
  const recordings = useRecordings({ call: wire.id }, !isGuest);
  // Appointments and meetings have a door to come back to.
  const mayCall = wire.kind === 'call' && !isGuest;
  const mayReturn = wire.place !== undefined && how.outcome !== 'completed';
  const again = () => {
    const callees = wire.people.map((it) => it.person.id).filter((it) => it !== you);
    void start(callees, { purpose: wire.purpose });
  };
  return (
    <Stage phase="ended" title={ending(wire, how, you)}>
      {how.durationSeconds > 0 && <p>It took {duration(how.durationSeconds)}.</p>}
      {isGuest && !mayReturn && <p>You can close this page now.</p>}
      <SavingNotice />
      <Problem error={error ?? door.error} />
      <div className="flex flex-wrap justify-center gap-3">
        <HomeLink purpose="primary" />
        <RecordingLink recordings={recordings} of="this visit" purpose="stage" />
        {mayReturn && (
          <Button
            purpose="stage"
            aria-busy={door.pending}
            onClick={() => void door.arrive({ video: wire.purpose === 'video' })}
          >
            Come to the door again
          </Button>
        )}
        {mayCall && (
          <Button purpose="stage" aria-busy={pending} onClick={again}>
            Call {others(wire, you)} again
          </Button>
        )}
      </div>
    </Stage>
  );
}
