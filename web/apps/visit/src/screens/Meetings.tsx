//! Meetings: make them, come to them, end them.

import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';
import { MeetingRow } from '../meetings/MeetingRow';
import { Page } from '../parts/Page';
import { getMeetings, type User } from '../rest';
import { useSessionStore } from '../session/session-context';
import { Button } from '../ui/Button';
import { Problem } from '../ui/Problem';
import { useNow } from '../ui/use-now';

const MeetingForm = lazy(() => import('../meetings/MeetingForm'));

/** How often it is looked who is in a meeting, in milliseconds. */
const LOOK_EVERY = 15_000;

/** The meetings one may come to. */
export default function Meetings({ user }: { user: User }) {
  const { withToken } = useSessionStore();
  const [making, setMaking] = useState(false);
  const now = useNow(LOOK_EVERY);
  const meetings = useQuery({
    queryKey: ['meetings'],
    queryFn: async () => (await withToken(getMeetings)).meetings,
    refetchInterval: LOOK_EVERY,
  });
  return (
    <Page title="Meetings" user={user}>
      <Button purpose="primary" className="mb-6" onClick={() => setMaking(true)}>
        New meeting
      </Button>
      <div aria-busy={meetings.isPending}>
        {meetings.isPending && <p className="text-muted">Looking up the meetings.</p>}
        <Problem error={meetings.error} />
        {meetings.data?.length === 0 && <p>No meetings yet. Make one and invite people to it.</p>}
        <ul className="flex flex-col gap-3">
          {meetings.data?.map((it) => (
            <MeetingRow key={it.id} meeting={it} user={user} now={now} />
          ))}
        </ul>
      </div>
      {making && (
        <Suspense>
          <MeetingForm onClose={() => setMaking(false)} />
        </Suspense>
      )}
    </Page>
  );
}
