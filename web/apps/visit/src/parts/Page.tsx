//! The frame of every page outside a call.

import { useAction, useSnapshot } from '@housecall/react';
import type { ReactNode } from 'react';
import { NavLink } from 'react-router';
import type { User } from '../rest';
import { useSessionStore } from '../session/session-context';
import { Brand } from '../ui/Brand';
import { Button } from '../ui/Button';
import { usePage } from '../ui/page';

/** Header, heading, content. */
export function Page(props: { title: string; user: User; children: ReactNode }) {
  const { title, user, children } = props;
  const heading = usePage(title);
  return (
    <>
      <Header user={user} />
      <main className="mx-auto w-full max-w-4xl px-4 py-8">
        <h1 ref={heading} tabIndex={-1} className="mb-6 text-3xl font-semibold">
          {title}
        </h1>
        {children}
      </main>
    </>
  );
}

function Header({ user }: { user: User }) {
  const { signOut } = useSessionStore();
  const { run, pending } = useAction(signOut);
  return (
    <header className="border-b border-hairline bg-white">
      <div className="mx-auto flex max-w-4xl flex-wrap items-center gap-x-3 gap-y-1 px-4 py-3 sm:gap-x-6">
        <Brand />
        <nav aria-label="Main" className="order-last flex gap-2 max-sm:-ml-3 sm:order-none">
          <Tab to="/">People</Tab>
          <Tab to="/meetings">Meetings</Tab>
          <Tab to="/history">History</Tab>
        </nav>
        <span className="order-last ml-auto text-muted sm:order-none">{user.name}</span>
        <Button className="max-sm:ml-auto" aria-busy={pending} onClick={() => void run()}>
          Sign out
        </Button>
      </div>
      <Interrupted />
    </header>
  );
}

function Tab({ to, children }: { to: string; children: ReactNode }) {
  const look =
    'inline-flex min-h-12 items-center rounded-card px-3 font-semibold text-primary ' +
    'hover:bg-canvas aria-[current=page]:text-ink aria-[current=page]:underline underline-offset-8';
  return (
    <NavLink end to={to} className={look}>
      {children}
    </NavLink>
  );
}

function Interrupted() {
  const offline = useSnapshot((it) => it.connection === 'offline');
  return (
    <div role="status">
      {offline && (
        <p className="bg-ink px-4 py-2 text-center text-white">
          The connection to the server is interrupted. Calls cannot reach you until it is back.
        </p>
      )}
    </div>
  );
}
