//! Which recordings there are, as far as whoever asks may learn of them.

import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import {
  getRecording,
  getRecordings,
  type RecordingDetail,
  type RecordingSearch,
  type RecordingView,
} from '../rest';
import { useSessionStore } from '../session/session-context';
import { isUnderWay } from '../words';

/** Recordings on one page of the library. */
const LIMIT = 20;

/** As many as can be had at once. */
const MOST = 100;

/** How often it is looked how far a recording has come, in milliseconds. */
const LOOK_EVERY = 5_000;

/** The library, page after page. */
export function useLibrary(search: RecordingSearch) {
  const { withToken } = useSessionStore();
  return useInfiniteQuery({
    queryKey: ['recordings', 'library', search],
    queryFn: ({ pageParam }) =>
      withToken((token) =>
        getRecordings(token, {
          ...search,
          limit: LIMIT,
          ...(pageParam === undefined ? {} : { before: pageParam }),
        }),
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.nextBefore,
    refetchInterval: ({ state }) =>
      state.data?.pages.some((it) => it.recordings.some(isUnderWay)) === true && LOOK_EVERY,
  });
}

/** The recordings that a search finds, the newest first. Whoever has no library finds
 *  nothing. */
export function useRecordings(search: RecordingSearch, enabled = true): RecordingView[] {
  const { withToken } = useSessionStore();
  const { data = [] } = useQuery({
    queryKey: ['recordings', 'found', search],
    queryFn: async () =>
      (await withToken((token) => getRecordings(token, { limit: MOST, ...search }))).recordings,
    enabled,
    retry: false,
    staleTime: LOOK_EVERY,
  });
  return data;
}

/** One recording in full. To look it up is noted down, so that it is done once: how far
 *  it has come is seen from the list. */
export function useRecordingDetail(id: string) {
  const { withToken } = useSessionStore();
  const queries = useQueryClient();
  const detail = useQuery({
    queryKey: ['recordings', id],
    queryFn: () => withToken((token) => getRecording(token, id)),
    retry: false,
    staleTime: Infinity,
    gcTime: 0,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
  });
  const status = useStatus(detail.data);
  const hasMoved = status !== undefined && status !== detail.data?.status;
  useEffect(() => {
    if (hasMoved) void queries.invalidateQueries({ queryKey: ['recordings', id], exact: true });
  }, [hasMoved, queries, id]);
  return detail;
}

function useStatus(recording: RecordingDetail | undefined) {
  const { withToken } = useSessionStore();
  const { id, callId: call } = recording ?? {};
  const { data } = useQuery({
    queryKey: ['recordings', id, 'status'],
    queryFn: async () => {
      const { recordings } = await withToken((token) => getRecordings(token, { call: call ?? '' }));
      return recordings.find((it) => it.id === id)?.status ?? null;
    },
    enabled: recording !== undefined && isUnderWay(recording),
    refetchInterval: LOOK_EVERY,
    gcTime: 0,
  });
  return data ?? undefined;
}
