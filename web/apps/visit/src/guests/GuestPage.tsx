//! Where a guest link leads. The guest's session is beside that of whoever is
//! signed in in this tab, and outlives a reload of the page.

import { useState } from 'react';
import { useParams } from 'react-router';
import { SessionProvider, useSession } from '../session/session-context';
import { SessionStore } from '../session/session-store';
import { GuestVisit } from './GuestVisit';
import { Welcome } from './Welcome';

/** The page of one link. */
export default function GuestPage() {
  const { token = '' } = useParams();
  return <OfLink key={token} link={token} />;
}

function OfLink({ link }: { link: string }) {
  const [store] = useState(
    () => new SessionStore(sessionStorage, Date.now, `housecall.guest.${link}`),
  );
  return (
    <SessionProvider store={store}>
      <Guest link={link} />
    </SessionProvider>
  );
}

function Guest({ link }: { link: string }) {
  const { signedIn } = useSession();
  const place = signedIn?.session.place;
  return place === undefined ? <Welcome link={link} /> : <GuestVisit place={place} />;
}
