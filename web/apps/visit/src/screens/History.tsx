//! Who, when, how it came out and how long it took.

import { useAnnouncement } from '@housecall/react';
import { keepPreviousData, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { useSearchParams } from 'react-router';
import { Page } from '../parts/Page';
import { RecordingLink } from '../recordings/RecordingLink';
import { useRecordings } from '../recordings/use-recordings';
import { getCalls, type PastCall, type RecordingView, type User } from '../rest';
import { useSessionStore } from '../session/session-context';
import { Button } from '../ui/Button';
import { Problem } from '../ui/Problem';
import { duration, list, moment, outcome } from '../words';

/** Calls on one page. */
const LIMIT = 10;

/** The page of past calls. Which part is shown stands in the address. */
export default function History({ user }: { user: User }) {
  const [search, setSearch] = useSearchParams();
  const page = Math.max(1, Number.parseInt(search.get('page') ?? '1', 10) || 1);
  const calls = usePastCalls(page);
  const recordings = useRecordings(periodOf(calls.data?.calls ?? []), calls.data !== undefined);
  const pages = Math.max(1, Math.ceil((calls.data?.total ?? 0) / LIMIT));
  return (
    <Page title="History" user={user}>
      <div aria-busy={calls.isPending}>
        {calls.isPending && <p className="text-muted">Looking up your visits.</p>}
        <Problem error={calls.error} />
        {calls.data?.total === 0 && (
          <p>No visits yet. Once you have called somebody, it is listed here.</p>
        )}
        <ul className="flex flex-col gap-3">
          {calls.data?.calls.map((call) => (
            <Row
              key={call.id}
              call={call}
              you={user.id}
              recordings={recordings.filter((it) => it.callId === call.id)}
            />
          ))}
        </ul>
      </div>
      {pages > 1 && (
        <Pager page={page} pages={pages} onPage={(it) => setSearch({ page: String(it) })} />
      )}
    </Page>
  );
}

function usePastCalls(page: number) {
  const { withToken } = useSessionStore();
  const queries = useQueryClient();
  const news = useAnnouncement()?.id;
  useEffect(() => {
    // Whatever happens in a call may change what is listed here.
    if (news !== undefined) void queries.invalidateQueries({ queryKey: ['calls'] });
  }, [news, queries]);
  return useQuery({
    queryKey: ['calls', page],
    queryFn: () =>
      withToken((token) => getCalls(token, { limit: LIMIT, offset: (page - 1) * LIMIT })),
    placeholderData: keepPreviousData,
  });
}

/** From the first call on a page to the end of the last. */
function periodOf(calls: PastCall[]): { from: string; to: string } {
  const from = calls.map((it) => it.createdAt).sort()[0] ?? '';
  const isOver = calls.every((it) => it.endedAt !== undefined);
  const to =
    calls
      .map((it) => it.endedAt ?? '')
      .sort()
      .at(-1) ?? '';
  return { from, to: isOver ? to : '' };
}

function Row(props: { call: PastCall; you: string; recordings: RecordingView[] }) {
  const { call, you, recordings } = props;
  const others = call.participants.filter((it) => it.userId !== you).map((it) => it.displayName);
  const at = call.startedAt ?? call.scheduledAt ?? call.createdAt;
  const seconds = call.actualDuration ?? 0;
  const kind = call.type === 'audio' ? 'Audio call' : 'Video call';
  return (
    <li className="flex flex-wrap items-baseline gap-x-4 gap-y-1 rounded-card border border-hairline bg-white p-4">
      <p className="flex w-full justify-between gap-4 font-semibold">
        <span className="text-lg">{list(others)}</span>
        <span>{outcome(call)}</span>
      </p>
      <p className="mr-auto text-muted">
        {call.initiatedBy === you ? 'You called' : 'Called you'} · {kind} ·{' '}
        <time dateTime={at}>{moment(at)}</time>
        {seconds > 0 && ` · ${duration(seconds)}`}
      </p>
      <RecordingLink recordings={recordings} of={`the visit with ${list(others)}, ${moment(at)}`} />
    </li>
  );
}

function Pager(props: { page: number; pages: number; onPage: (page: number) => void }) {
  const { page, pages, onPage } = props;
  return (
    <nav aria-label="Pages" className="mt-6 flex flex-wrap items-center gap-3">
      {page > 1 && <Button onClick={() => onPage(page - 1)}>Newer</Button>}
      <p>
        Page {page} of {pages}
      </p>
      {page < pages && <Button onClick={() => onPage(page + 1)}>Older</Button>}
    </nav>
  );
}
