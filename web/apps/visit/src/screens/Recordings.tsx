//! The library: what was recorded, to be searched.

import { useEffect, useRef } from 'react';
import { useSearchParams } from 'react-router';
import { Page } from '../parts/Page';
import { RecordingRow } from '../recordings/RecordingRow';
import { useLibrary } from '../recordings/use-recordings';
import type { RecordingSearch, User } from '../rest';
import { Button, ButtonLink } from '../ui/Button';
import { Field } from '../ui/Field';
import { Problem } from '../ui/Problem';

/** What may stand in the address. */
const FILTERS = ['q', 'from', 'to', 'call', 'appointment'] as const;

/** The recordings one may learn of. What is looked for stands in the address. */
export default function Recordings({ user }: { user: User }) {
  const [search] = useSearchParams();
  const library = useLibrary(searchOf(search));
  const recordings = library.data?.pages.flatMap((it) => it.recordings);
  const isFiltered = FILTERS.some((it) => search.has(it));
  return (
    <Page title="Recordings" user={user}>
      <Filter />
      <div aria-busy={library.isFetching} className="mt-6">
        {library.isPending && <p className="text-muted">Looking up the recordings.</p>}
        <Problem error={library.error} />
        <p role="status" className="empty:hidden">
          {recordings?.length === 0 && nothing(isFiltered)}
        </p>
        <ul className="flex flex-col gap-3">
          {recordings?.map((it) => (
            <RecordingRow key={it.id} recording={it} user={user} />
          ))}
        </ul>
      </div>
      {library.hasNextPage && (
        <Button
          className="mt-6"
          aria-busy={library.isFetchingNextPage}
          onClick={() => void library.fetchNextPage()}
        >
          Show older recordings
        </Button>
      )}
    </Page>
  );
}

function nothing(isFiltered: boolean): string {
  return isFiltered
    ? 'No recording fits. Try other words, or a longer period.'
    : 'No recordings yet. Visits that were recorded, because everybody agreed, are listed here.';
}

function Filter() {
  const [search, setSearch] = useSearchParams();
  const find = (form: FormData) => {
    const given = ['q', 'from', 'to'].map((it) => [it, String(form.get(it) ?? '').trim()]);
    setSearch(given.filter(([, value]) => value !== '') as [string, string][]);
  };
  const text = (name: string) => search.get(name) ?? '';
  const element = useRef<HTMLFormElement>(null);
  // Other words in the address, by a link or the way back, are shown too.
  useEffect(() => element.current?.reset(), [search]);
  return (
    <form
      ref={element}
      role="search"
      aria-label="Recordings"
      onSubmit={(event) => {
        event.preventDefault();
        find(new FormData(event.currentTarget));
      }}
      className="flex flex-wrap items-end gap-4"
    >
      <div className="flex-1 basis-48">
        <Field label="Search" name="q" type="search" maxLength={200} defaultValue={text('q')} />
      </div>
      <Field label="From" name="from" type="date" defaultValue={text('from')} />
      <Field label="Until" name="to" type="date" defaultValue={text('to')} />
      <Button type="submit">Search</Button>
      <ButtonLink to="/recordings">Show all</ButtonLink>
    </form>
  );
}

/** Days are those of the reader: from their first moment until their last. */
function searchOf(search: URLSearchParams): RecordingSearch {
  const text = (name: (typeof FILTERS)[number]) => search.get(name) ?? '';
  return {
    q: text('q'),
    from: startOf(text('from'), 0),
    to: startOf(text('to'), 1),
    call: text('call'),
    appointment: text('appointment'),
  };
}

function startOf(date: string, daysLater: number): string {
  const [year, month, day] = date.split('-').map(Number);
  const at = new Date(year ?? NaN, (month ?? NaN) - 1, (day ?? NaN) + daysLater);
  return Number.isNaN(at.getTime()) ? '' : at.toISOString();
}
