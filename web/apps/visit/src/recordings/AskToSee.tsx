import { useAction } from '@housecall/react';
import { useState } from 'react';
import { askToWatch, type RecordingView } from '../rest';
import { useSessionStore } from '../session/session-context';
import { Button } from '../ui/Button';
import { Problem } from '../ui/Problem';

/** For whoever may learn of a recording and not watch it. */
export function AskToSee({ recording, title }: { recording: RecordingView; title: string }) {
  const { withToken } = useSessionStore();
  const [asked, setAsked] = useState(false);
  const { run, pending, error } = useAction(async () => {
    await withToken((token) => askToWatch(token, recording.id));
    setAsked(true);
  });
  return (
    <>
      <p role="status" className="empty:hidden">
        {asked && 'You have asked to see it. Those who may watch it are told.'}
      </p>
      <Problem error={error} />
      {!asked && (
        <Button
          aria-label={`Ask to see it: ${title}`}
          aria-busy={pending}
          onClick={() => void run()}
        >
          Ask to see it
        </Button>
      )}
    </>
  );
}
