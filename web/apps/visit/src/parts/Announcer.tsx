//! The one polite live region: says what happens in calls, and shows it.

import type { Announcement, News, Snapshot } from '@housecall/client';
import { useAnnouncement, useSnapshot } from '@housecall/react';
import { useEffect, useState } from 'react';
import { useLocation } from 'react-router';
import { sentence } from '../words';

/** How long a sentence stays to be read. */
const STAYS = 7_000;

const SHOWN_BY_CALL: ReadonlySet<News['type']> = new Set([
  'ended',
  'reconnecting',
  'answered-elsewhere',
  'taken-over',
  'recording-started',
]);

/** Shows the latest news for a while: at the top of a call, where no controls
 *  are but below what is said of a recording, and at the bottom of other pages. */
export function Announcer() {
  const announcement = useAnnouncement();
  const you = useSnapshot((it) => it.you?.id);
  const place = useSnapshot(placeOf);
  const { pathname } = useLocation();
  const shown = useForAWhile(announcement);
  return (
    <div
      role="status"
      aria-live="polite"
      className={`pointer-events-none fixed inset-x-0 z-20 flex justify-center px-4 ${place}`}
    >
      {shown !== null && (
        <p
          key={shown.id}
          className={
            isSaidByPage(shown, pathname)
              ? 'sr-only'
              : 'rounded-card border border-stage-line bg-stage px-4 py-3 text-stage-ink'
          }
        >
          {sentence(shown, you)}
        </p>
      )}
    </div>
  );
}

function placeOf({ current, calls }: Snapshot): string {
  if (current === null) return 'bottom-4';
  const isRecorded = calls.get(current)?.wire.recording !== undefined;
  return isRecorded ? 'top-44 sm:top-28' : 'top-14';
}

/** What the page of a call shows anyway has to be heard, not seen twice. */
function isSaidByPage({ news, call }: Announcement, pathname: string): boolean {
  return SHOWN_BY_CALL.has(news.type) && pathname === `/calls/${call.id}`;
}

function useForAWhile(announcement: Announcement | null): Announcement | null {
  const [over, setOver] = useState(0);
  const id = announcement?.id ?? 0;
  useEffect(() => {
    if (id === 0) return;
    const timer = setTimeout(() => setOver(id), STAYS);
    return () => clearTimeout(timer);
  }, [id]);
  return id > over ? announcement : null;
}
