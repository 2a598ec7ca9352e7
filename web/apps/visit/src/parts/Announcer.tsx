//! The one polite live region: says what happens in calls, and shows it.

import type { Announcement, News, Snapshot } from '@housecall/client';
import { useAnnouncement, useSnapshot } from '@housecall/react';
import { useEffect, useState } from 'react';
import { useLocation } from 'react-router';
import { sentence } from '../words';
import { placeOf } from './place';

/** How long a sentence stays to be read. */
const STAYS = 7_000;

const SHOWN_BY_CALL: ReadonlySet<News['type']> = new Set([
  'ended',
  'reconnecting',
  'answered-elsewhere',
  'taken-over',
  'recording-asked',
  'recording-started',
  'recording-paused',
  'recording-resumed',
]);

/** Shows the latest news for a while: at the top of a call, where no controls
 *  are but below what is said of a recording, and at the bottom of other pages. */
export function Announcer() {
  const announcement = useAnnouncement();
  const you = useSnapshot((it) => it.you?.id);
  const place = useSnapshot(placeOf);
  const { pathname } = useLocation();
  const shown = useForAWhile(announcement);
  const reads = useSnapshot((it) => shown !== null && isRead(it, shown));
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
            reads || isSaidByPage(shown, you, pathname)
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

/** The message itself is before their eyes: in the chat, or at the door. */
function isRead({ calls, chats }: Snapshot, { news, call }: Announcement): boolean {
  if (news.type !== 'wrote') return false;
  return chats.get(call.id)?.isOpen === true || calls.get(call.id)?.phase === 'waiting';
}

/** What the page shows anyway has to be heard, not seen twice. */
function isSaidByPage(
  { news, call }: Announcement,
  you: string | undefined,
  pathname: string,
): boolean {
  // A guest's page has the address of their link, and shows nothing but their call.
  const isOfCall = pathname === `/calls/${call.id}` || pathname.startsWith('/join/');
  if (news.type === 'came-to-door') return isOfCall || pathname === '/';
  const isPutOut = news.type === 'turned-away' || news.type === 'removed';
  if (isPutOut) return isOfCall && news.who.id === you;
  return isOfCall && SHOWN_BY_CALL.has(news.type);
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
