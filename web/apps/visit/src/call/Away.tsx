import type { Absence, Call } from '@housecall/client';
import { useArrive, useJoin, useSnapshot } from '@housecall/react';
import { HomeLink } from '../parts/HomeLink';
import { SavingNotice } from '../parts/SavingNotice';
import { Button } from '../ui/Button';
import { Problem } from '../ui/Problem';
import { titleOf } from '../words';
import { ConsentAtDoor } from './RecordingConsent';
import { Stage } from './Stage';
import { useConsentPanel } from './use-consent-panel';

const WHY: Record<Absence, string> = {
  'answered-elsewhere': 'You answered on another device. The visit goes on there.',
  'taken-over': 'The visit goes on on your other device.',
  'not-joined': 'The visit is open. You can come in whenever you are ready.',
  'turned-away': 'The host did not let you in. You can come to the door again.',
  removed: 'The host removed you from this visit. Only a host can let you back in.',
};

const WAYS: Record<Absence, string | null> = {
  'answered-elsewhere': 'Continue here',
  'taken-over': 'Continue here',
  'not-joined': 'Join the visit',
  'turned-away': 'Come to the door again',
  removed: null,
};

/** A visit that goes on without this device. */
export function Away({ call }: { call: Extract<Call, { phase: 'away' }> }) {
  const { wire, why, message } = call;
  const you = useSnapshot((it) => it.you?.id);
  const { enter, pending, error } = useWayIn(call);
  const consent = useConsentPanel(wire.id);
  return (
    <Stage phase="away" title={titleOf(wire, you)}>
      <p>{WHY[why]}</p>
      {message !== undefined && <p>The reason: {message}</p>}
      <SavingNotice />
      {WAYS[why] !== null && <ConsentAtDoor wire={wire} consent={consent} />}
      <Problem error={error} />
      <div className="flex flex-wrap justify-center gap-3">
        {WAYS[why] !== null && (
          <Button purpose="primary" aria-busy={pending} onClick={enter}>
            {WAYS[why]}
          </Button>
        )}
        <HomeLink purpose="stage" />
      </div>
    </Stage>
  );
}

/** From another device one is in already; to an appointment or a meeting one
 *  comes by its door. */
function useWayIn({ wire, why }: Extract<Call, { phase: 'away' }>) {
  const join = useJoin(wire.id);
  const arrive = useArrive(wire.place ?? wire.id);
  const isIn = why === 'answered-elsewhere' || why === 'taken-over';
  if (isIn || wire.kind === 'call') return { ...join, enter: () => void join.join?.() };
  return { ...arrive, enter: () => void arrive.arrive({ video: wire.purpose === 'video' }) };
}
