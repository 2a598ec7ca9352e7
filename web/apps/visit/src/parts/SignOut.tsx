//! The way out of the session, once everything is saved.

import { useAction, useRecorder } from '@housecall/react';
import { useEffect, useState } from 'react';
import { useSessionStore } from '../session/session-context';
import { Button } from '../ui/Button';
import { Dialog } from '../ui/Dialog';
import { Problem } from '../ui/Problem';
import { saved } from '../words';
import { isAllSaved } from './SavingNotice';

/** Signs out at once, or waits until what was recorded here is saved. */
export function SignOut({ className }: { className: string }) {
  const { signOut } = useSessionStore();
  const { run, pending } = useAction(signOut);
  const isSafe = isAllSaved(useRecorder());
  const [waits, setWaits] = useState(false);
  return (
    <>
      <Button
        className={className}
        aria-busy={pending}
        onClick={() => (isSafe ? void run() : setWaits(true))}
      >
        Sign out
      </Button>
      {waits && <Wait onOut={() => void run()} onClose={() => setWaits(false)} />}
    </>
  );
}

function Wait({ onOut, onClose }: { onOut: () => void; onClose: () => void }) {
  const recorder = useRecorder();
  const isSafe = isAllSaved(recorder);
  useEffect(() => {
    if (isSafe) onOut();
  }, [isSafe, onOut]);
  return (
    <Dialog title="A recording is still being saved" onClose={onClose}>
      <p className="tabular-nums">{saved(recorder)}</p>
      <p className="my-4">
        You are signed out as soon as it is saved. If you sign out now, the rest stays on this
        device, and is saved once you sign in here again.
      </p>
      <Problem error={recorder.problem} />
      <div className="mt-4 flex flex-wrap gap-3">
        <Button onClick={onClose}>Stay signed in</Button>
        <Button purpose="danger" onClick={onOut}>
          Sign out now
        </Button>
      </div>
    </Dialog>
  );
}
