//! The app of somebody who is signed in: one manager, one shell, the routes.

import { Memory } from '@housecall/client';
import { HousecallProvider } from '@housecall/react';
import { useQueryClient } from '@tanstack/react-query';
import { lazy, Suspense, useEffect, useState } from 'react';
import { Route, Routes } from 'react-router';
import { KnockSound } from './door/KnockSound';
import { Announcer } from './parts/Announcer';
import { GoToCall } from './parts/GoToCall';
import { IncomingCalls } from './parts/IncomingCalls';
import { RecordingSound } from './parts/RecordingSound';
import { ReportAway } from './parts/ReportAway';
import { WarnUnsaved } from './parts/WarnUnsaved';
import { WatchSession } from './parts/WatchSession';
import type { User } from './rest';
import { CallScreen } from './screens/CallScreen';
import { Dashboard } from './screens/Dashboard';
import { NotFound } from './screens/NotFound';
import { useDevice } from './session/use-device';

const CheckScreen = lazy(() => import('./screens/CheckScreen'));
const History = lazy(() => import('./screens/History'));
const Meetings = lazy(() => import('./screens/Meetings'));
const RecordingScreen = lazy(() => import('./screens/RecordingScreen'));
const Recordings = lazy(() => import('./screens/Recordings'));
const VisitScreen = lazy(() => import('./screens/VisitScreen'));

/** Connects, and shows the page that the address names. */
export function SignedInApp({ user }: { user: User }) {
  const queries = useQueryClient();
  const [memory] = useState(() => new Memory());
  const manager = useDevice(memory);
  // The next person in this tab sees nothing of this one.
  useEffect(
    () => () => queries.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'house' }),
    [queries],
  );
  return (
    <HousecallProvider manager={manager}>
      <WatchSession />
      <GoToCall />
      <Suspense>
        <Routes>
          <Route path="/" element={<Dashboard user={user} />} />
          <Route path="/meetings" element={<Meetings user={user} />} />
          <Route path="/history" element={<History user={user} />} />
          <Route path="/recordings" element={<Recordings user={user} />} />
          <Route path="/recordings/:recordingId" element={<RecordingScreen user={user} />} />
          <Route path="/check" element={<CheckScreen user={user} />} />
          <Route path="/visits/:placeId" element={<VisitScreen user={user} />} />
          <Route path="/calls/:callId" element={<CallScreen />} />
          <Route path="*" element={<NotFound user={user} />} />
        </Routes>
      </Suspense>
      <IncomingCalls />
      <KnockSound />
      <RecordingSound />
      <ReportAway />
      <WarnUnsaved />
      <Announcer />
    </HousecallProvider>
  );
}
