//! A guest's way from the device check to the end of the visit.

import { Memory, type Call, type TabStorage } from '@housecall/client';
import { HousecallProvider, useSnapshot } from '@housecall/react';
import { lazy, useState } from 'react';
import { useParams } from 'react-router';
import { CallView } from '../call/CallView';
import type { Arrival } from '../check/arrival';
import { Doorway } from '../door/Doorway';
import { Announcer } from '../parts/Announcer';
import { RecordingSound } from '../parts/RecordingSound';
import { ReportAway } from '../parts/ReportAway';
import { WatchSession } from '../parts/WatchSession';
import { useDevice } from '../session/use-device';
import { Frame } from './Frame';

const GuestCheck = lazy(() => import('./GuestCheck'));

/** Remembers beside what somebody with an account has in the same tab. */
const GUEST_STORAGE: TabStorage = {
  getItem: (key) => sessionStorage.getItem(`guest.${key}`),
  setItem: (key, value) => sessionStorage.setItem(`guest.${key}`, value),
  removeItem: (key) => sessionStorage.removeItem(`guest.${key}`),
};

/** Connects as the guest, and shows the place they may come to. */
export function GuestVisit({ place }: { place: string }) {
  const [memory] = useState(() => new Memory(GUEST_STORAGE));
  const manager = useDevice(memory);
  return (
    <HousecallProvider manager={manager}>
      <WatchSession />
      <Visit place={place} />
      <RecordingSound />
      <ReportAway />
      <Announcer />
    </HousecallProvider>
  );
}

/** A check is kept for where the link leads, if that is an appointment. */
const ARRIVAL: Arrival = { keepFor: {} };

/** The device check as long as the guest is neither at the door nor in; the check
 *  of the connection where the address asks for it. */
export function Visit({ place }: { place: string }) {
  const { token = '', '*': page } = useParams();
  const call = useSnapshot(({ calls }) => [...calls.values()].findLast((it) => isAt(it, place)));
  const isKnown = useSnapshot((it) => it.you !== null);
  if (!isKnown) {
    return (
      <Frame title="Connecting">
        <p className="text-muted">One moment, please.</p>
      </Frame>
    );
  }
  const isOutside = call?.phase === 'away' && call.why === 'not-joined';
  if (call !== undefined && !isOutside) return <CallView callId={call.wire.id} />;
  const path = `/join/${token}`;
  if (page === 'check') return <GuestCheck back={path} />;
  return (
    <Frame title="Check your devices">
      <Doorway place={place} isHost={false} checkAt={`${path}/check`} arrival={ARRIVAL} />
    </Frame>
  );
}

function isAt({ wire }: Call, place: string): boolean {
  return wire.id === place || wire.place === place;
}
