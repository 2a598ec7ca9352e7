//! Guests come with a link; who is nobody signs in; who is somebody gets the house.

import { lazy, Suspense } from 'react';
import { Route, Routes } from 'react-router';
import { SignIn } from './screens/SignIn';
import { useSession } from './session/session-context';
import { useHouse } from './session/use-house';
import { SignedInApp } from './SignedInApp';

const GuestPage = lazy(() => import('./guests/GuestPage'));

/** The whole app. A guest link opens the same page for whoever follows it,
 *  whether or not somebody is signed in here. */
export function App() {
  return (
    <Suspense>
      <Routes>
        <Route path="/join/:token/*" element={<GuestPage />} />
        <Route path="*" element={<FrontDoor />} />
      </Routes>
    </Suspense>
  );
}

function FrontDoor() {
  const { signedIn } = useSession();
  const house = useHouse();
  if (signedIn === null) return <SignIn demo={house.data?.demo ?? null} />;
  const { user } = signedIn.session;
  return <SignedInApp key={user.id} user={user} />;
}
