//! The library: what was recorded, who may do what with it, and who did.

import { act, fireEvent, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { Route, Routes } from 'react-router';
import { describe, expect, it, vi } from 'vitest';
import { RecordingLink } from '../src/recordings/RecordingLink';
import type { RecordingDetail, RecordingView, User } from '../src/rest';
import { Dashboard } from '../src/screens/Dashboard';
import Recordings from '../src/screens/Recordings';
import RecordingScreen from '../src/screens/RecordingScreen';
import { ana, expectAccessible, problem, serve, show, signedIn } from './house';

const salem: User = { id: 'salem', name: 'Dr. Salem', email: 's@example.org', role: 'provider' };
const people = [
  { id: 'ana', name: 'Ana', role: 'patient' as const },
  { id: 'salem', name: 'Dr. Salem', role: 'provider' as const },
];
const all = { watch: true, download: true, delete: true, hold: true, ask: false };
const none = { watch: false, download: false, delete: false, hold: false, ask: true };

function recording(rest: Partial<RecordingView> = {}): RecordingView {
  return {
    id: 'rec-1',
    callId: 'call-1',
    status: 'completed',
    startedAt: '2025-03-04T14:00:00Z',
    startedBy: { id: 'salem', name: 'Dr. Salem', role: 'provider' },
    people,
    mediaType: 'video/webm;codecs=vp8,opus',
    fileSize: 12_300_000,
    duration: 125.4,
    hasPoster: true,
    expiresAt: '2026-03-04T14:00:00Z',
    onHold: false,
    damaged: false,
    may: all,
    ...rest,
  };
}

function detail(rest: Partial<RecordingDetail> = {}): RecordingDetail {
  return {
    ...recording(),
    requests: [],
    chapters: [
      { seconds: 0, at: '2025-03-04T14:00:00Z', kind: 'joined', userId: 'ana', name: 'Ana' },
      { seconds: 62.4, at: '2025-03-04T14:01:02Z', kind: 'screen', name: 'Dr. Salem' },
    ],
    consents: [
      {
        userId: 'ana',
        name: 'Ana',
        what: 'agreed',
        method: 'verbal',
        covers: { audio: true, video: false, screen: false },
        wording: '2026-11/en',
        at: '2025-03-04T13:59:00Z',
        notedBy: 'salem',
      },
      { userId: 'ana', name: 'Ana', what: 'withdrew', at: '2025-03-04T14:02:00Z' },
    ],
    ...rest,
  };
}

type Routed = Parameters<typeof serve>[0];

function library(
  user: User,
  recordings: RecordingView[],
  routes: Routed = {},
  path = '/recordings',
) {
  const requests = serve({ 'GET /api/recordings': () => ({ recordings }), ...routes });
  const view = show(<Recordings user={user} />, { path, store: signedIn(user) });
  return { ...view, requests };
}

async function opened(what: Partial<RecordingDetail> = {}, routes: Routed = {}, user = salem) {
  const requests = serve({ 'GET /api/recordings/rec-1': () => detail(what), ...routes });
  const content = (
    <Routes>
      <Route path="/recordings/:recordingId" element={<RecordingScreen user={user} />} />
    </Routes>
  );
  const view = show(content, { path: '/recordings/rec-1', store: signedIn(user) });
  await screen.findByRole('heading', { name: 'Details' });
  return { ...view, requests };
}

const press = async (name: string | RegExp) =>
  userEvent.click(await screen.findByRole('button', { name }));
const watched = { url: '/api/recordings/rec-1/media', expiresAt: '2025-03-04T15:00:00Z' };
const video = () => {
  const element = document.querySelector('video');
  if (element === null) throw new Error('There is no player.');
  return element;
};

describe('the library', () => {
  it('tells of whom, when, how long, and how it stands', async () => {
    const poster = () => new Response(new Blob(['jpeg'], { type: 'image/jpeg' }));
    const { container } = library(
      salem,
      [
        recording(),
        recording({ id: 'rec-2', status: 'processing', duration: 0, hasPoster: false }),
      ],
      { 'GET /api/recordings/rec-1/poster': poster },
    );
    const rows = (await screen.findAllByText('Visit with Ana')).map((it) => it.closest('li'));
    expect(rows[0]?.textContent).toMatch(/Ready · 2 min 5 s.*With Ana and Dr. Salem/);
    expect(rows[1]?.textContent).toMatch(/Being prepared/);
    await waitFor(() => expect(rows[0]?.querySelector('img')?.src).toMatch(/^data:image\/jpeg/));
    expect(screen.getByRole('link', { name: /^Watch: Visit with Ana/ })).toBeTruthy();
    expect(screen.getByRole('link', { name: /^Details: Visit with Ana/ })).toBeTruthy();
    await expectAccessible(container);
  });

  it('is searched, and what is looked for stands in the address', async () => {
    const asked: URLSearchParams[] = [];
    const { address } = library(salem, [], {
      'GET /api/recordings': (_, { url }) => (asked.push(url.searchParams), { recordings: [] }),
    });
    await screen.findByText(/No recordings yet/);
    await userEvent.type(screen.getByLabelText('Search'), 'Ana');
    fireEvent.change(screen.getByLabelText('From'), { target: { value: '2025-03-01' } });
    fireEvent.change(screen.getByLabelText('Until'), { target: { value: '2025-03-31' } });
    await press('Search');
    await screen.findByText(/No recording fits/);
    expect(address()).toBe('/recordings?q=Ana&from=2025-03-01&to=2025-03-31');
    const latest = asked.findLast((it) => it.has('q'));
    expect(latest?.get('q')).toBe('Ana');
    expect(latest?.get('from')).toBe(new Date(2025, 2, 1).toISOString());
    // The last day counts as a whole.
    expect(latest?.get('to')).toBe(new Date(2025, 3, 1).toISOString());
    await userEvent.click(screen.getByRole('link', { name: 'Show all' }));
    expect(screen.getByLabelText<HTMLInputElement>('Search').value).toBe('');
  });

  it('goes on with older ones', async () => {
    const page = (url: URL) =>
      url.searchParams.get('before') === 'rec-1'
        ? { recordings: [recording({ id: 'rec-0', title: 'Older' })] }
        : { recordings: [recording()], nextBefore: 'rec-1' };
    library(salem, [], { 'GET /api/recordings': (_, { url }) => page(url) });
    await press('Show older recordings');
    expect(await screen.findByText('Older')).toBeTruthy();
    expect(screen.getByText('Visit with Ana')).toBeTruthy();
    expect(screen.queryByRole('button', { name: 'Show older recordings' })).toBeNull();
  });

  it('lets whoever may only know of one ask to see it', async () => {
    const { container, requests } = library(ana, [recording({ may: none })], {
      'POST /api/recordings/rec-1/requests': () => ({}),
    });
    await press('Ask to see it: Visit with Dr. Salem');
    await screen.findByText(/You have asked to see it/);
    expect(requests).toContain('POST /api/recordings/rec-1/requests');
    expect(requests).not.toContain('GET /api/recordings/rec-1/poster');
    expect(screen.getByRole('link', { name: /^Details/ })).toBeTruthy();
    await expectAccessible(container);
  });

  it('says why it cannot be looked up', async () => {
    const later = () => problem(503, 'unavailable', 'Try again in a moment.');
    library(salem, [], { 'GET /api/recordings': later });
    expect((await screen.findByRole('alert')).textContent).toBe('Try again in a moment.');
  });
});

describe('the way to the library', () => {
  const around = {
    'GET /api/people': () => ({ people: [] }),
    'GET /api/appointments': () => ({ appointments: [], total: 0 }),
  };
  const recordings = { available: true, retentionDays: 30, whoMayWatch: ['admin'] };
  const link = () => screen.findByRole('link', { name: 'Recordings' });

  it('is there for whoever records', async () => {
    serve({ ...around, 'GET /api/house': () => ({ version: '1', demo: null, recordings }) });
    show(<Dashboard user={salem} />, { store: signedIn(salem) });
    expect((await link()).getAttribute('href')).toBe('/recordings');
  });

  it('is there for a patient who was recorded, and for no other', async () => {
    serve({ ...around, 'GET /api/recordings': () => ({ recordings: [recording()] }) });
    const { unmount } = show(<Dashboard user={ana} />, { store: signedIn() });
    await link();
    unmount();
    serve({ ...around, 'GET /api/recordings': () => ({ recordings: [] }) });
    show(<Dashboard user={ana} />, { store: signedIn() });
    await screen.findByText('There is nobody to call yet.');
    expect(screen.queryByRole('link', { name: 'Recordings' })).toBeNull();
  });

  it('leads from a visit to its recording, or to all of them', () => {
    const one = [recording(), recording({ id: 'rec-2', status: 'destroyed' })];
    show(<RecordingLink recordings={one} of="this visit" />);
    const link = screen.getByRole('link', { name: 'Recording of this visit' });
    expect(link.getAttribute('href')).toBe('/recordings/rec-1');
    show(<RecordingLink recordings={[...one, recording({ id: 'rec-3' })]} of="that visit" />);
    const several = screen.getByRole('link', { name: '2 recordings of that visit' });
    expect(several.getAttribute('href')).toBe('/recordings?call=call-1');
  });
});

describe('a recording', () => {
  it('shows what there is to know', async () => {
    const { container } = await opened({
      requests: [{ userId: 'ana', name: 'Ana', at: '2025-03-05T09:00:00Z' }],
    });
    expect(screen.getByRole('heading', { level: 1 }).textContent).toBe('Visit with Ana');
    expect(screen.getByText('12.3 MB')).toBeTruthy();
    expect(
      screen.getByText('Ana agreed aloud to sound, noted by Dr. Salem.', { exact: false })
        .textContent,
    ).toContain('Text 2026-11/en.');
    expect(screen.getByText('Ana took their agreement back.')).toBeTruthy();
    expect(screen.getByText('Ana asked to see it.')).toBeTruthy();
    await expectAccessible(container);
  });

  it('asks for nothing to be watched before somebody wants to', async () => {
    const { requests } = await opened({}, { 'POST /api/recordings/rec-1/watch': () => watched });
    expect(requests).not.toContain('POST /api/recordings/rec-1/watch');
    await press('Watch the recording');
    await waitFor(() => expect(video().getAttribute('src')).toBe(watched.url));
    expect(video().controls).toBe(true);
    expect(video()).toBe(document.activeElement);
  });

  it('goes to its chapters', async () => {
    await opened({}, { 'POST /api/recordings/rec-1/watch': () => watched });
    await press(/1:02 ?Dr. Salem showed their screen/);
    await waitFor(() => expect(video().getAttribute('src')).toBe(watched.url));
    fireEvent.loadedMetadata(video());
    expect(video().currentTime).toBe(62.4);
    fireEvent.timeUpdate(video());
    await press(/0:00 ?Ana joined/);
    expect(video().currentTime).toBe(0);
    fireEvent.timeUpdate(video());
    const current = screen.getAllByRole('button', { current: true });
    expect(current.map((it) => it.textContent)).toEqual(['0:00Ana joined']);
  });

  it('gets a new permission to watch when the first has expired, once', async () => {
    let given = 0;
    await opened(
      {},
      {
        'POST /api/recordings/rec-1/watch': () => ((given += 1), watched),
        'GET /api/recordings/rec-1/media': () => problem(401, 'grant_expired', 'Over.'),
      },
    );
    await press('Watch the recording');
    await waitFor(() => video());
    const first = video();
    first.currentTime = 40;
    fireEvent.timeUpdate(first);
    fireEvent.error(first);
    await waitFor(() => expect(video()).not.toBe(first));
    expect(given).toBe(2);
    fireEvent.loadedMetadata(video());
    expect(video().currentTime).toBe(40);
    fireEvent.error(video());
    expect((await screen.findByRole('alert')).textContent).toBe('Over.');
    expect(given).toBe(2);
    await press('Try again');
    expect(given).toBe(3);
  });

  it.each([
    ['recording_damaged', 500, 'This recording is damaged.'],
    ['unavailable', 503, 'The storage cannot be reached. Try again later.'],
  ])('says why it does not play: %s', async (code, status, sentence) => {
    await opened(
      {},
      {
        'POST /api/recordings/rec-1/watch': () => watched,
        'GET /api/recordings/rec-1/media': () => problem(status, code, sentence),
      },
    );
    await press('Watch the recording');
    const first = await waitFor(() => video());
    fireEvent.error(first);
    if (code === 'unavailable') {
      await waitFor(() => expect(video()).not.toBe(first));
      fireEvent.error(video());
    }
    expect((await screen.findByRole('alert')).textContent).toBe(sentence);
  });

  it('says so when the browser is the reason', async () => {
    await opened(
      {},
      {
        'POST /api/recordings/rec-1/watch': () => watched,
        'GET /api/recordings/rec-1/media': () => new Response('x', { status: 206 }),
      },
    );
    await press('Watch the recording');
    const first = await waitFor(() => video());
    fireEvent.error(first);
    await waitFor(() => expect(video()).not.toBe(first));
    fireEvent.error(video());
    expect((await screen.findByRole('alert')).textContent).toContain('This browser cannot play');
  });

  it('says why there is none to watch any more', async () => {
    const gone = () => problem(410, 'recording_destroyed', 'This recording was deleted.');
    serve({ 'GET /api/recordings/rec-1': gone });
    const content = (
      <Routes>
        <Route path="/recordings/:recordingId" element={<RecordingScreen user={salem} />} />
      </Routes>
    );
    show(content, { path: '/recordings/rec-1', store: signedIn(salem) });
    expect((await screen.findByRole('alert')).textContent).toBe('This recording was deleted.');
  });

  it.each([
    [{ status: 'processing' as const }, /is being prepared/],
    [{ status: 'failed' as const, failure: 'No chunk came.' }, /could not be completed. No chunk/],
    [{ damaged: true }, /is damaged/],
    [{ may: none }, /You may know of this recording, but not watch it/],
  ])('offers nothing to play that cannot be played: %j', async (what, sentence) => {
    await opened(what);
    expect(screen.getByText(sentence)).toBeTruthy();
    expect(screen.queryByRole('button', { name: 'Watch the recording' })).toBeNull();
  });

  it('appears when it is ready, and was looked up only twice for that', async () => {
    vi.useFakeTimers({ shouldAdvanceTime: true });
    let status: RecordingView['status'] = 'processing';
    const { requests } = await opened(
      {},
      {
        'GET /api/recordings/rec-1': () => detail({ status }),
        'GET /api/recordings': () => ({ recordings: [recording({ status })] }),
      },
    );
    await act(async () => void (await vi.advanceTimersByTimeAsync(11_000)));
    status = 'completed';
    await act(async () => void (await vi.advanceTimersByTimeAsync(6_000)));
    await screen.findByRole('button', { name: 'Watch the recording' });
    expect(requests.filter((it) => it === 'GET /api/recordings/rec-1')).toHaveLength(2);
  });

  it('shows who has seen it to those who may know', async () => {
    const accesses = [
      { at: '2025-03-05T09:00:00Z', userId: 'salem', name: 'Dr. Salem', what: 'watched' },
      { at: '2025-03-06T09:00:00Z', userId: 'x', name: 'Eve', what: 'refused', reason: 'watch' },
      { at: '2025-03-07T09:00:00Z', what: 'destroyed', reason: 'retention' },
      { at: '2025-03-08T09:00:00Z', userId: 'x', name: 'Eve', what: 'destroyed', reason: 'asked' },
      {
        at: '2025-03-09T09:00:00Z',
        userId: 'x',
        name: 'Eve',
        what: 'held',
        reason: 'A complaint.',
      },
    ];
    const { container } = await opened(
      {},
      { 'GET /api/recordings/rec-1/accesses': () => ({ accesses }) },
    );
    await press('Show the list');
    expect(await screen.findByText('Dr. Salem watched it.')).toBeTruthy();
    const said = screen.getAllByRole('listitem').map((it) => it.querySelector('span')?.textContent);
    expect(said.slice(-4)).toEqual([
      'Eve wanted to see it, and may not.',
      'Its time was over: it was deleted.',
      'Eve deleted it.',
      'Eve had it kept. The reason: A complaint.',
    ]);
    await expectAccessible(container);
  });

  it('offers only what one may do', async () => {
    await opened({ may: { ...none, watch: true, ask: false } });
    for (const name of ['Download', 'Keep it beyond its time', 'Delete it']) {
      expect(screen.queryByRole('button', { name })).toBeNull();
    }
  });

  it('is downloaded by who may', async () => {
    const click = vi.spyOn(HTMLAnchorElement.prototype, 'click').mockReturnValue(undefined);
    await opened({}, { 'GET /api/recordings/rec-1/download': () => new Response('webm') });
    await press('Download');
    await waitFor(() => expect(click).toHaveBeenCalled());
    const [link] = click.mock.contexts as HTMLAnchorElement[];
    expect(link?.download).toBe('recording-2025-03-04.webm');
  });

  it('is kept with a reason, and released', async () => {
    const bodies: unknown[] = [];
    const { requests } = await opened(
      {},
      {
        'PUT /api/recordings/rec-1/hold': (body) => (
          bodies.push(body),
          recording({ onHold: true, holdReason: 'A complaint.' })
        ),
        'DELETE /api/recordings/rec-1/hold': () => recording(),
      },
    );
    await press('Keep it beyond its time');
    await userEvent.type(screen.getByLabelText('Reason'), 'A complaint.');
    await press('Keep it');
    expect(bodies).toEqual([{ reason: 'A complaint.' }]);
    await screen.findByText('Until it is released. The reason: A complaint.');
    await press('Release it');
    await userEvent.click(
      within(screen.getByRole('dialog')).getByRole('button', { name: 'Release it' }),
    );
    await screen.findByText('Kept until');
    // Looking it up is noted down: once is enough.
    expect(requests.filter((it) => it === 'GET /api/recordings/rec-1')).toHaveLength(1);
  });

  it('is deleted once it is confirmed what that means', async () => {
    const bodies: unknown[] = [];
    const { container } = await opened(
      {},
      {
        'DELETE /api/recordings/rec-1': (body) => (
          bodies.push(body),
          new Response(null, { status: 204 })
        ),
      },
    );
    await press('Delete it');
    expect(screen.getByRole('dialog').textContent).toContain('nothing brings it back');
    await expectAccessible(container);
    await userEvent.type(screen.getByLabelText('Reason'), 'By mistake.');
    await press('Yes, delete it');
    expect(bodies).toEqual([{ reason: 'By mistake.' }]);
    expect(await screen.findByText(/This recording was deleted/)).toBeTruthy();
    expect(screen.queryByRole('button', { name: 'Delete it' })).toBeNull();
  });

  it('says why it cannot be deleted', async () => {
    const held = () => problem(409, 'on_hold', 'It is kept beyond its time. Release it first.');
    await opened({}, { 'DELETE /api/recordings/rec-1': held });
    await press('Delete it');
    await press('Yes, delete it');
    expect((await screen.findByRole('alert')).textContent).toContain('Release it first.');
  });
});
