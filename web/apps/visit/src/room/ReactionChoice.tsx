import type { Reaction } from '@housecall/client';
import { useReactions } from '@housecall/react';
import { Button } from '../ui/Button';
import { REACTIONS } from '../words';

const ALL = Object.keys(REACTIONS) as Reaction[];

/** A row of reactions; one is shown to everybody for a moment. */
export function ReactionChoice({ callId, onDone }: { callId: string; onDone: () => void }) {
  const { react } = useReactions(callId);
  return (
    <div role="group" aria-label="Reactions" className="flex flex-wrap justify-center gap-2">
      {ALL.map((it) => (
        <Button
          key={it}
          purpose="tool"
          onClick={() => {
            void react?.(it);
            onDone();
          }}
        >
          <span aria-hidden>{REACTIONS[it].sign}</span> {REACTIONS[it].name}
        </Button>
      ))}
    </div>
  );
}
