import type { Absence, Call } from '@housecall/client';
import { useJoin, useSnapshot } from '@housecall/react';
import { Button, ButtonLink } from '../ui/Button';
import { Problem } from '../ui/Problem';
import { others } from '../words';
import { Stage } from './Stage';

const WHY: Record<Absence, string> = {
  'answered-elsewhere': 'You answered on another device. The visit goes on there.',
  'taken-over': 'The visit goes on on your other device.',
  'not-joined': 'The visit is open. You can come in whenever you are ready.',
};

/** A visit that goes on without this device. */
export function Away({ call }: { call: Extract<Call, { phase: 'away' }> }) {
  const you = useSnapshot((it) => it.you?.id);
  const { join, pending, error } = useJoin(call.wire.id);
  return (
    <Stage phase="away" title={`Visit with ${others(call.wire, you)}`}>
      <p>{WHY[call.why]}</p>
      <Problem error={error} />
      <div className="flex flex-wrap justify-center gap-3">
        <Button purpose="primary" aria-busy={pending} onClick={() => void join?.()}>
          {call.why === 'not-joined' ? 'Join the visit' : 'Continue here'}
        </Button>
        <ButtonLink to="/" purpose="stage">
          Back to people
        </ButtonLink>
      </div>
    </Stage>
  );
}
