//! A guest's way from the device check to the end of the visit.

import { Memory, type Call, type TabStorage } from '@housecall/client';
import { HousecallProvider, useSnapshot } from '@housecall/react';
import { useState } from 'react';
import { CallView } from '../call/CallView';
import { Doorway } from '../door/Doorway';
import { Announcer } from '../parts/Announcer';
import { ReportAway } from '../parts/ReportAway';
import { WatchSession } from '../parts/WatchSession';
import { useDevice } from '../session/use-device';
import { Frame } from './Frame';

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
      <ReportAway />
      <Announcer />
    </HousecallProvider>
  );
}

/** The device check as long as the guest is neither at the door nor in. */
export function Visit({ place }: { place: string }) {
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
  return (
    <Frame title="Check your devices">
      <Doorway place={place} isHost={false} />
    </Frame>
  );
}

function isAt({ wire }: Call, place: string): boolean {
  return wire.id === place || wire.place === place;
}
