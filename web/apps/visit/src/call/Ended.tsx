import type { Call } from '@housecall/client';
import { useSnapshot, useStartCall } from '@housecall/react';
import { Button, ButtonLink } from '../ui/Button';
import { Problem } from '../ui/Problem';
import { duration, ending, others } from '../words';
import { Stage } from './Stage';

/** How a visit came out, and what one may do next. */
export function Ended({ call }: { call: Extract<Call, { phase: 'ended' }> }) {
  const { wire, ending: how } = call;
  const you = useSnapshot((it) => it.you?.id);
  const { start, pending, error } = useStartCall();
  const again = () => {
    const callees = wire.people.map((it) => it.person.id).filter((it) => it !== you);
    void start(callees, { purpose: wire.purpose });
  };
  return (
    <Stage phase="ended" title={ending(wire, how, you)}>
      {how.durationSeconds > 0 && <p>It took {duration(how.durationSeconds)}.</p>}
      <Problem error={error} />
      <div className="flex flex-wrap justify-center gap-3">
        <ButtonLink to="/" purpose="primary">
          Back to people
        </ButtonLink>
        <Button purpose="stage" aria-busy={pending} onClick={again}>
          Call {others(wire, you)} again
        </Button>
      </div>
    </Stage>
  );
}
