import type { Call } from '@housecall/client';
import { useHangUp, useJoin, useSnapshot } from '@housecall/react';
import { HomeLink } from '../parts/HomeLink';
import { Button } from '../ui/Button';
import { Problem } from '../ui/Problem';
import { moment, titleOf } from '../words';
import { MovePlanned } from './MovePlanned';
import { Stage } from './Stage';

/** A visit that rings later, and may begin earlier. */
export function Planned({ call }: { call: Call }) {
  const { id, scheduledAt, createdAt } = call.wire;
  const you = useSnapshot((it) => it.you?.id);
  const join = useJoin(id);
  const cancel = useHangUp(id);
  return (
    <Stage phase="scheduled" title={titleOf(call.wire, you)}>
      <p>Planned for {moment(scheduledAt ?? createdAt)}.</p>
      <Problem error={join.error ?? cancel.error} />
      <div className="flex flex-wrap justify-center gap-3">
        <Button purpose="primary" aria-busy={join.pending} onClick={() => void join.join?.()}>
          Start now
        </Button>
        <MovePlanned callId={id} at={new Date(scheduledAt ?? createdAt)} />
        <Button {...cancel.buttonProps} purpose="stage">
          Cancel the visit
        </Button>
        <HomeLink purpose="stage" />
      </div>
    </Stage>
  );
}
