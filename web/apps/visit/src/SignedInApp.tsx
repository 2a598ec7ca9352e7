//! The app of somebody who is signed in: one manager, one shell, the routes.

import { WebRTCManager } from '@housecall/client';
import { HousecallProvider } from '@housecall/react';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { Route, Routes } from 'react-router';
import { exposeForSupport } from './debug';
import { Announcer } from './parts/Announcer';
import { GoToCall } from './parts/GoToCall';
import { IncomingCalls } from './parts/IncomingCalls';
import { WatchSession } from './parts/WatchSession';
import type { User } from './rest';
import { CallScreen } from './screens/CallScreen';
import { Dashboard } from './screens/Dashboard';
import { History } from './screens/History';
import { NotFound } from './screens/NotFound';
import { useSessionStore } from './session/session-context';

/** Connects, and shows the page that the address names. */
export function SignedInApp({ user, isDemo }: { user: User; isDemo: boolean }) {
  const { token } = useSessionStore();
  const queries = useQueryClient();
  const [manager] = useState(() => new WebRTCManager({ token }));
  useEffect(() => {
    manager.connect();
    return () => {
      manager.disconnect();
      // The next person in this tab sees nothing of this one.
      queries.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'house' });
    };
  }, [manager, queries]);
  useEffect(() => exposeForSupport(manager, isDemo), [manager, isDemo]);
  return (
    <HousecallProvider manager={manager}>
      <WatchSession />
      <GoToCall />
      <Routes>
        <Route path="/" element={<Dashboard user={user} />} />
        <Route path="/history" element={<History user={user} />} />
        <Route path="/calls/:callId" element={<CallScreen />} />
        <Route path="*" element={<NotFound user={user} />} />
      </Routes>
      <IncomingCalls />
      <Announcer />
    </HousecallProvider>
  );
}
