//! The frame of every page outside a call.

import { useSnapshot } from '@housecall/react';
import type { ReactNode } from 'react';
import { NavLink } from 'react-router';
import { useHasRecordings } from '../recordings/use-has-recordings';
import type { User } from '../rest';
import { Brand } from '../ui/Brand';
import { usePage } from '../ui/page';
import { SignOut } from './SignOut';

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
  const hasRecordings = useHasRecordings(user);
  return (
    <header className="border-b border-hairline bg-white">
      <div className="mx-auto flex max-w-4xl flex-wrap items-center gap-x-3 gap-y-1 px-4 py-3 lg:flex-nowrap">
        <Brand />
        <nav aria-label="Main" className="order-last flex flex-wrap max-lg:-ml-3 lg:order-none">
          <Tab to="/">People</Tab>
          <Tab to="/meetings">Meetings</Tab>
          <Tab to="/history">History</Tab>
          {hasRecordings && <Tab to="/recordings">Recordings</Tab>}
        </nav>
        <span className="order-last ml-auto min-w-0 text-muted lg:order-none lg:truncate">
          {user.name}
        </span>
        <SignOut className="shrink-0 max-lg:ml-auto" />
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
