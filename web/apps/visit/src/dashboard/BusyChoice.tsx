import { useAction } from '@housecall/react';
import { Button } from '../ui/Button';
import { Dialog } from '../ui/Dialog';
import { Problem } from '../ui/Problem';
import type { CallPerson } from './use-call-person';

/** Whether to call somebody who is in another visit. */
export function BusyChoice({ busy, letWait, notNow }: CallPerson) {
  const { run, pending, error } = useAction(letWait);
  if (busy === undefined) return null;
  return (
    <Dialog title={`${busy.person.name} is in another visit`} onClose={notNow}>
      <p className="mb-6">
        Your call can wait: they see that you call, and answer when they are free.
      </p>
      <Problem error={error} />
      <div className="flex flex-wrap gap-3">
        <Button purpose="primary" aria-busy={pending} onClick={() => void run()}>
          Let my call wait
        </Button>
        <Button onClick={notNow}>Not now</Button>
      </div>
    </Dialog>
  );
}
