//! The front door: sign in, create an account, or try the demo.

import { useAction } from '@housecall/react';
import { useState, type FormEvent } from 'react';
import { register, signIn, signInAs, type House } from '../rest';
import { useSession, useSessionStore } from '../session/session-context';
import { Brand } from '../ui/Brand';
import { Button } from '../ui/Button';
import { Field } from '../ui/Field';
import { Problem } from '../ui/Problem';
import { usePage } from '../ui/page';
import { role } from '../words';

type Way = 'sign-in' | 'register';

/** The page of whoever is not signed in. */
export function SignIn({ demo }: { demo: House['demo'] }) {
  const [way, setWay] = useState<Way>('sign-in');
  const { notice } = useSession();
  const title = way === 'sign-in' ? 'Sign in' : 'Create an account';
  const heading = usePage(title);
  return (
    <main className="mx-auto w-full max-w-lg px-4 py-8">
      <Brand />
      {notice !== null && (
        <p role="alert" className="mt-6 rounded-card border border-line bg-white px-4 py-3">
          {notice}
        </p>
      )}
      {demo !== null && <Demo people={demo.people} />}
      <h1 ref={heading} tabIndex={-1} className="mt-8 mb-4 text-3xl font-semibold">
        {title}
      </h1>
      <Credentials key={way} way={way} />
      <p className="mt-6 text-muted">
        {way === 'sign-in' ? 'New here?' : 'You have an account?'}
        <Button className="ml-3" onClick={() => setWay(way === 'sign-in' ? 'register' : 'sign-in')}>
          {way === 'sign-in' ? 'Create an account' : 'Sign in instead'}
        </Button>
      </p>
    </main>
  );
}

function Credentials({ way }: { way: Way }) {
  const { accept } = useSessionStore();
  const isNew = way === 'register';
  const { run, pending, error } = useAction(async (form: FormData) => {
    const text = (name: string) => String(form.get(name) ?? '');
    const who = { email: text('email').trim(), password: text('password') };
    accept(await (isNew ? register({ ...who, name: text('name').trim() }) : signIn(who)));
  });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    void run(new FormData(event.currentTarget));
  };
  return (
    <form onSubmit={submit} className="flex flex-col gap-4">
      {isNew && (
        <Field label="Name" name="name" autoComplete="name" required hint="How others see you." />
      )}
      <Field label="Email" name="email" type="email" autoComplete="email" required />
      <Field
        label="Password"
        name="password"
        type="password"
        autoComplete={isNew ? 'new-password' : 'current-password'}
        required
        {...(isNew ? { minLength: 8, hint: 'At least 8 characters.' } : {})}
      />
      <Problem error={error} />
      <Button type="submit" purpose="primary" aria-busy={pending}>
        {isNew ? 'Create account' : 'Sign in'}
      </Button>
    </form>
  );
}

function Demo({ people }: NonNullable<House['demo']>) {
  const { accept } = useSessionStore();
  const { run, error } = useAction(async (id: string) => accept(await signInAs(id)));
  return (
    <section
      aria-labelledby="demo-title"
      className="mt-6 rounded-card border border-hairline bg-white p-4"
    >
      <h2 id="demo-title" className="text-xl font-semibold">
        Try it
      </h2>
      <p className="mt-1 mb-4 text-muted">
        This is a demo. Continue as one person here and as another in a second tab, then call.
      </p>
      <Problem error={error} />
      <ul className="flex flex-col gap-3">
        {people.map((person) => (
          <li key={person.id} className="flex flex-col gap-x-4 gap-y-1 sm:flex-row sm:items-center">
            <Button className="shrink-0 sm:w-80" onClick={() => void run(person.id)}>
              Continue as {person.name}
            </Button>
            <span className="text-muted">{role(person.role)}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
