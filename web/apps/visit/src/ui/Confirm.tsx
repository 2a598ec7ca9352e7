//! Asks before something that cannot be undone.

import { useAction } from '@housecall/react';
import type { ReactNode } from 'react';
import { Button } from './Button';
import { Dialog } from './Dialog';
import { Problem } from './Problem';

/** Does `act` when it is confirmed, and closes when that has worked. */
export function Confirm(props: {
  title: string;
  yes: string;
  no: string;
  act: () => Promise<unknown>;
  onClose: () => void;
  children: ReactNode;
}) {
  const { title, yes, no, act, onClose, children } = props;
  const { run, pending, error } = useAction(async () => {
    await act();
    onClose();
  });
  return (
    <Dialog title={title} onClose={onClose}>
      <div className="mb-6">{children}</div>
      <Problem error={error} />
      <div className="mt-4 flex flex-wrap gap-3">
        <Button purpose="danger" aria-busy={pending} onClick={() => void run()}>
          {yes}
        </Button>
        <Button onClick={onClose}>{no}</Button>
      </div>
    </Dialog>
  );
}
