import { useMissedCalls } from '@housecall/react';
import { Button } from '../ui/Button';
import { Problem } from '../ui/Problem';
import { Row } from '../ui/Row';
import { Section } from '../ui/Section';
import { useNow } from '../ui/use-now';
import { day } from '../words';
import type { Wish } from './use-call-person';

/** Calls that were not taken and not seen since; nothing when there are none. */
export function MissedCalls({ onCall }: { onCall: (wish: Wish) => void }) {
  const { missed, markSeen, error } = useMissedCalls();
  const now = useNow(60_000);
  if (missed.length === 0) return null;
  return (
    <Section title="Missed calls">
      <Problem error={error} />
      <ul className="flex flex-col gap-3">
        {missed.map(({ callId, caller, at, purpose }) => (
          <Row
            key={callId}
            actions={
              <>
                <Button
                  aria-label={`Call back ${caller.name}`}
                  onClick={() => {
                    void markSeen?.([callId]);
                    onCall({ person: caller, purpose });
                  }}
                >
                  Call back
                </Button>
                <Button
                  aria-label={`Dismiss the missed call from ${caller.name}`}
                  onClick={() => void markSeen?.([callId])}
                >
                  Dismiss
                </Button>
              </>
            }
          >
            <p className="text-lg font-semibold">{caller.name}</p>
            <p className="text-muted">
              <time dateTime={at}>{day(at, now)}</time>
            </p>
          </Row>
        ))}
      </ul>
    </Section>
  );
}
