//! Asks before somebody is sent out, and why.

import { useAction } from '@housecall/react';
import type { FormEvent, ReactNode } from 'react';
import { Button } from './Button';
import { Dialog } from './Dialog';
import { Field } from './Field';
import { Problem } from './Problem';

/** At most this many characters, as on the server. */
const MOST = 500;

/** Does `act` with the reason, if one was given, and closes when that has worked. */
export function PutOut(props: {
  title: string;
  yes: string;
  no: string;
  act: (reason?: string) => Promise<unknown>;
  onClose: () => void;
  children: ReactNode;
}) {
  const { title, yes, no, act, onClose, children } = props;
  const { run, pending, error } = useAction(async (form: FormData) => {
    const reason = String(form.get('reason')).trim();
    await (reason === '' ? act() : act(reason));
    onClose();
  });
  const onSubmit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    void run(new FormData(event.currentTarget));
  };
  return (
    <Dialog title={title} onClose={onClose}>
      <form onSubmit={onSubmit} className="flex flex-col gap-4">
        {children}
        <Field label="Reason" name="reason" maxLength={MOST} hint="They see it. May stay empty." />
        <Problem error={error} />
        <div className="flex flex-wrap gap-3">
          <Button type="submit" purpose="danger" aria-busy={pending}>
            {yes}
          </Button>
          <Button onClick={onClose}>{no}</Button>
        </div>
      </form>
    </Dialog>
  );
}
