//! A form in a dialog.

import { useAction } from '@housecall/react';
import type { FormEvent, ReactNode } from 'react';
import { Button } from './Button';
import { Problem } from './Problem';

/** What was filled in, by the name of its input. */
export type Text = (name: string) => string;

/** Hands what was filled in to `send`, and says why that did not work. */
export function Form(props: {
  submit: string;
  send: (text: Text, form: FormData) => Promise<unknown>;
  onCancel?: () => void;
  children: ReactNode;
}) {
  const { submit, send, onCancel, children } = props;
  const { run, pending, error } = useAction((form: FormData) =>
    send((name) => String(form.get(name) ?? '').trim(), form),
  );
  const onSubmit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    void run(new FormData(event.currentTarget));
  };
  return (
    <form onSubmit={onSubmit} className="flex flex-col gap-4">
      {children}
      <Problem error={error} />
      <div className="flex flex-wrap gap-3">
        <Button type="submit" purpose="primary" aria-busy={pending}>
          {submit}
        </Button>
        {onCancel && <Button onClick={onCancel}>Cancel</Button>}
      </div>
    </form>
  );
}
