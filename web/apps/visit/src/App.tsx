//! Who is nobody signs in; who is somebody gets the house.

import { useQuery } from '@tanstack/react-query';
import { getHouse } from './rest';
import { SignIn } from './screens/SignIn';
import { useSession } from './session/session-context';
import { SignedInApp } from './SignedInApp';

/** The whole app. */
export function App() {
  const { signedIn } = useSession();
  const house = useQuery({
    queryKey: ['house'],
    queryFn: ({ signal }) => getHouse(signal),
    staleTime: Infinity,
  });
  if (signedIn === null) return <SignIn demo={house.data?.demo ?? null} />;
  const { user } = signedIn.session;
  return <SignedInApp key={user.id} user={user} isDemo={Boolean(house.data?.demo)} />;
}
