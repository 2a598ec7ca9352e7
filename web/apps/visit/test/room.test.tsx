//! What is beside the stage: people, chat, notes, hands, reactions.

import type { CallState, Happening } from '@housecall/client';
import { callState, FakeDevice, FakeServer, participant } from '@housecall/client/testing';
import { act, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { Route, Routes } from 'react-router';
import { describe, expect, it, vi } from 'vitest';
import { Announcer } from '../src/parts/Announcer';
import { IncomingCalls } from '../src/parts/IncomingCalls';
import { CallScreen } from '../src/screens/CallScreen';
import { expectAccessible, problem, serve, show, signedIn } from './house';

const CALL = 'call-1';
const since = new Date().toISOString();
const ben = participant('ben', { incarnation: 3 });
const cleo = participant('cleo', { incarnation: 4 });
const round = (rest: Partial<CallState['people'][0]> = {}, call: Partial<CallState> = {}) =>
  callState([ben, cleo, participant('ana', { incarnation: 5, ...rest })], {
    kind: 'meeting',
    title: 'Case round',
    place: 'meeting-1',
    ...call,
  });

/** Ana in a room. */
async function inRoom(wire = round(), routes: Parameters<typeof serve>[0] = {}) {
  const requests = serve(routes);
  const device = new FakeDevice('ana');
  device.server.answers('join', () => wire);
  device.server.answers('resume', () => wire);
  device.server.answers('messages', () => []);
  const content = (
    <>
      <Routes>
        <Route path="/calls/:callId" element={<CallScreen />} />
      </Routes>
      <IncomingCalls />
      <Announcer />
    </>
  );
  const view = show(content, { path: '/calls/call-1', device, store: signedIn() });
  act(() => device.connect({ ...wire, here: false }));
  await act(async () => void (await device.manager.join(CALL)));
  const happens = (event: Happening) => act(() => device.happens(CALL, event));
  return { ...view, device, requests, happens };
}

const host = () => round({ host: true });
const button = (name: string) => screen.getByRole('button', { name });
const press = async (name: string) => userEvent.click(await screen.findByRole('button', { name }));
const told = () => screen.getByRole('status').textContent;
const open = async (name: 'People' | 'Chat' | 'Notes') => {
  await userEvent.click(await screen.findByRole('button', { name }));
  return within(await screen.findByRole('complementary', { name }));
};

describe('the list of people', () => {
  it('says who is there and how', async () => {
    const wire = round();
    wire.people[0] = { ...ben, host: true, media: { audio: false, video: true } };
    wire.people[1] = { ...cleo, part: 'interpreter', handSince: since };
    const { container } = await inRoom(wire);
    expect(screen.getByRole('heading', { level: 1 }).textContent).toBe('Case round');
    const panel = await open('People');
    const [you, first, second] = panel.getAllByRole('listitem').map((it) => it.textContent);
    expect(you).toBe('Ana (you)');
    expect(first).toMatch(/^BenHost.*Muted/);
    expect(second).toMatch(/^CleoInterpreter · Hand raised/);
    await expectAccessible(container);
  });

  it('offers nothing to decide to whoever is no host', async () => {
    await inRoom();
    const panel = await open('People');
    expect(panel.getAllByRole('button').map((it) => it.textContent)).toEqual(['Close']);
    expect(screen.queryByRole('button', { name: 'End for everybody' })).toBeNull();
  });

  it('is closed again', async () => {
    await inRoom();
    await open('People');
    expect(button('People').getAttribute('aria-expanded')).toBe('true');
    await press('Close people');
    expect(screen.queryByRole('complementary')).toBeNull();
    expect(document.activeElement).toBe(button('People'));
  });

  it.each([
    ['Mute Ben', 'ask-mute', { user: 'ben' }],
    ['Make Ben a host', 'host', { user: 'ben', host: true }],
    ['Mute everybody else', 'ask-mute', {}],
    ['Lock the meeting', 'lock', { locked: true }],
  ])('lets a host decide: %s', async (name, word, body) => {
    const { device, container } = await inRoom(host());
    await open('People');
    await expectAccessible(container);
    await press(name);
    expect(device.server.heard(word)).toEqual([{ callId: CALL, ...body }]);
  });

  it('lets a host lower a hand', async () => {
    const { device, happens } = await inRoom(host());
    await open('People');
    happens({ type: 'handRaised', user: 'cleo', raised: true });
    expect(told()).toBe('Cleo raised their hand.');
    await userEvent.click(screen.getByRole('button', { name: /^Lower Cleo’s hand$/ }));
    expect(device.server.heard('hand')).toEqual([{ callId: CALL, raised: false, user: 'cleo' }]);
  });

  it('removes somebody only after a question, and lets them back', async () => {
    const { device, happens } = await inRoom(host());
    await open('People');
    await press('Remove Ben');
    expect(device.server.heard('remove')).toEqual([]);
    await press('Yes, remove Ben');
    expect(device.server.heard('remove')).toEqual([{ callId: CALL, user: 'ben' }]);
    happens({ type: 'left', user: 'ben', departure: 'removed' });
    expect(told()).toBe('Ben was removed.');
    await press('Let Ben come back');
    expect(device.server.heard('admit')).toEqual([{ callId: CALL, user: 'ben' }]);
  });

  it('says why somebody could not be removed', async () => {
    const { device } = await inRoom(host());
    device.server.answers('remove', () => FakeServer.problem('no', 'They made this meeting.'));
    await open('People');
    await press('Remove Ben');
    await press('Yes, remove Ben');
    const dialog = within(screen.getByRole('dialog'));
    expect(dialog.getByRole('alert').textContent).toBe('They made this meeting.');
  });

  it('sets the door and says that the room is locked', async () => {
    const { device, happens } = await inRoom(host());
    const panel = await open('People');
    await userEvent.selectOptions(panel.getByLabelText('Waiting room'), 'strict');
    expect(device.server.heard('door')).toEqual([{ callId: CALL, door: 'strict' }]);
    happens({ type: 'locked', locked: true });
    expect(button('Unlock the meeting')).toBeTruthy();
    expect(panel.getByText(/The meeting is locked/)).toBeTruthy();
  });

  it('invites guests to the place, not to the room', async () => {
    const { requests } = await inRoom(host(), {
      'GET /api/guest-links': (_, { url }) => {
        expect(url.searchParams.get('place')).toBe('meeting-1');
        return { links: [] };
      },
    });
    await open('People');
    await press('Invite a guest');
    await screen.findByRole('dialog', { name: 'Guest links for this visit' });
    expect(requests).toContain('GET /api/guest-links');
  });
});

describe('a host in the room', () => {
  it('is told that whoever waits is not in yet', async () => {
    const gil = participant('gil', { stage: 'waiting', waitingSince: since, part: 'guest' });
    await inRoom(callState([participant('ana', { host: true }), gil], { kind: 'meeting' }));
    expect(screen.getByText('Nobody else is in yet.')).toBeTruthy();
  });

  it('sees who waits, and lets them in', async () => {
    const { device, happens } = await inRoom(host());
    const gil = participant('gil', { stage: 'waiting', waitingSince: since, part: 'guest' });
    happens({ type: 'cameToDoor', participant: gil });
    expect(told()).toBe('Gil waits to come in.');
    await press('Admit Gil');
    expect(device.server.heard('admit')).toEqual([{ callId: CALL, user: 'gil' }]);
    expect(screen.queryByRole('region', { name: 'Gil' })).toBeNull();
  });

  it('ends it for everybody after a question', async () => {
    const { device } = await inRoom(host());
    await press('End for everybody');
    await press('Go on');
    expect(device.server.heard('end')).toEqual([]);
    await press('End for everybody');
    await press('Yes, end it');
    expect(device.server.heard('end')).toEqual([{ callId: CALL }]);
  });
});

describe('hand and reactions', () => {
  it('raises and lowers the hand', async () => {
    const { device, happens } = await inRoom();
    await press('Raise hand');
    expect(device.server.heard('hand')).toEqual([{ callId: CALL, raised: true }]);
    happens({ type: 'handRaised', user: 'ana', raised: true });
    await press('Lower hand');
    expect(device.server.heard('hand')[1]).toEqual({ callId: CALL, raised: false });
  });

  it('shows reactions with the name of whoever made them', async () => {
    const { device, container } = await inRoom();
    act(() => device.server.says('reaction', { callId: CALL, user: 'ben', reaction: 'thumbs_up' }));
    const shown = within(screen.getByRole('list', { name: 'Reactions' }));
    expect(shown.getByText(/Ben: Thumbs up/)).toBeTruthy();
    await press('React');
    await expectAccessible(container);
    await press('Heart');
    expect(device.server.heard('react')).toEqual([{ callId: CALL, reaction: 'heart' }]);
    expect(screen.queryByRole('button', { name: 'Heart' })).toBeNull();
  });

  it('mutes when a host asks, and says who asked', async () => {
    const { device } = await inRoom();
    const event = { type: 'muteAsked', user: 'ana' };
    act(() => device.server.says('event', { callId: CALL, seq: 6, at: since, by: 'ben', event }));
    expect(button('Unmute')).toBeTruthy();
    expect(told()).toBe('Ben muted you. You can unmute yourself.');
  });
});

describe('the chat', () => {
  const said = (message: string, to: string[] = []): Happening => ({
    type: 'said',
    user: 'ben',
    message,
    to,
  });

  it('counts what was not read, and shows it', async () => {
    const { happens, container } = await inRoom();
    happens(said('Hello'));
    happens(said('Only you', ['ana']));
    expect(button('Chat 2 new')).toBeTruthy();
    expect(told()).toBe('Ben wrote a message.');
    await userEvent.click(button('Chat 2 new'));
    const log = within(await screen.findByRole('log', { name: 'Messages' }));
    expect(log.getByText('Hello')).toBeTruthy();
    expect(log.getByText(/to you only/)).toBeTruthy();
    expect(button('Chat')).toBeTruthy();
    await expectAccessible(container);
  });

  it('says who wrote without covering what is read', async () => {
    const { happens } = await inRoom();
    const look = () => screen.getByRole('status').querySelector('p')?.className;
    happens(said('Hello'));
    expect(look()).not.toBe('sr-only');
    await userEvent.click(button('Chat 1 new'));
    happens(said('Are you there?'));
    expect(told()).toBe('Ben wrote a message.');
    expect(look()).toBe('sr-only');
  });

  it('writes to everybody, and to one', async () => {
    const { device } = await inRoom();
    const panel = await open('Chat');
    await userEvent.type(panel.getByRole('textbox', { name: 'Message' }), 'Hello all{Enter}');
    await userEvent.selectOptions(panel.getByRole('combobox', { name: 'To' }), 'Ben');
    await userEvent.type(panel.getByRole('textbox', { name: 'Message' }), 'Hello Ben');
    await press('Send');
    expect(device.server.heard('say')).toMatchObject([
      { message: 'Hello all', to: [] },
      { message: 'Hello Ben', to: ['ben'] },
    ]);
  });

  it('sends nothing empty', async () => {
    const { device } = await inRoom();
    await open('Chat');
    await userEvent.type(screen.getByRole('textbox', { name: 'Message' }), '  ');
    await press('Send');
    expect(device.server.heard('say')).toEqual([]);
  });

  it('says which message was refused, and sends it again', async () => {
    const { device } = await inRoom();
    device.server.answers('say', () => FakeServer.problem('too_fast', 'Please wait a moment.'));
    const panel = await open('Chat');
    await userEvent.type(panel.getByRole('textbox', { name: 'Message' }), 'Hello{Enter}');
    expect((await panel.findByRole('alert')).textContent).toBe('Please wait a moment.');
    device.server.answers('say', () => null);
    await press('Send again');
    const [first, second] = device.server.heard('say');
    expect(second).toEqual(first);
    expect(panel.queryByRole('alert')).toBeNull();
  });

  it('sends files', async () => {
    const sent: unknown[] = [];
    await inRoom(round(), {
      'POST /api/rooms/call-1/files': (_, { url }) => {
        sent.push([url.searchParams.get('name'), url.searchParams.get('to')]);
        return { seq: 6 };
      },
    });
    const panel = await open('Chat');
    await userEvent.selectOptions(panel.getByRole('combobox', { name: 'To' }), 'Ben');
    const file = new File(['%PDF'], 'letter.pdf', { type: 'application/pdf' });
    await userEvent.upload(panel.getByLabelText('File to send'), file);
    expect(sent).toEqual([['letter.pdf', 'ben']]);
  });

  it('says why a file was not taken', async () => {
    const no = () => problem(413, 'file_too_large', 'Files may have 10 MB.');
    await inRoom(round(), { 'POST /api/rooms/call-1/files': no });
    const panel = await open('Chat');
    await userEvent.upload(panel.getByLabelText('File to send'), new File(['x'], 'x.pdf'));
    expect((await panel.findByRole('alert')).textContent).toBe('Files may have 10 MB.');
  });

  it('gives files to whoever may read them', async () => {
    const asked: unknown[] = [];
    const saved: string[] = [];
    vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(function save(
      this: HTMLAnchorElement,
    ) {
      saved.push(this.download);
    });
    const { happens } = await inRoom(round(), {
      'GET /api/rooms/call-1/files/file-1': (_, { authorization }) => {
        asked.push(authorization);
        return new Response('%PDF');
      },
    });
    const file = { id: 'file-1', name: 'letter.pdf', mediaType: 'application/pdf', bytes: 2_000 };
    happens({ type: 'said', user: 'ben', message: '', to: [], file });
    await userEvent.click(button('Chat 1 new'));
    await userEvent.click(
      await screen.findByRole('button', { name: 'Download letter.pdf (2 KB)' }),
    );
    expect(asked).toEqual(['Bearer access-1']);
    expect(saved).toEqual(['letter.pdf']);
  });
});

describe('notes in the room', () => {
  const visit = round({ host: true }, { kind: 'consultation', appointment: 'visit-1' });
  const provider = (wire: CallState) => {
    const you = { id: 'ana', name: 'Ana', role: 'provider' };
    return { you, device: 'device', calls: [wire], missed: [] };
  };

  it('are there for the provider of the appointment', async () => {
    const { device } = await inRoom(visit, {
      'GET /api/appointments/visit-1/notes': () => ({ text: 'Before.', version: 1 }),
    });
    await act(async () => device.server.says('welcome', provider(visit)));
    const panel = await open('Notes');
    const field = await panel.findByRole('textbox', { name: 'Notes' });
    expect((field as HTMLTextAreaElement).value).toBe('Before.');
  });

  it('are not there for anybody else', async () => {
    const { device, requests } = await inRoom(visit);
    expect(requests).not.toContain('GET /api/appointments/visit-1/notes');
    await act(async () => device.server.says('welcome', provider(visit)));
    await vi.waitFor(() => expect(requests).toContain('GET /api/appointments/visit-1/notes'));
    expect(screen.queryByRole('button', { name: 'Notes' })).toBeNull();
  });
});

describe('a second call', () => {
  const rings = callState([participant('dora'), participant('ana', { stage: 'ringing' })], {
    id: 'call-2',
    phase: 'ringing',
    here: false,
  });

  /** Ana in a room, and Dora calls. */
  async function called() {
    const view = await inRoom();
    act(() =>
      view.device.server.says('event', {
        callId: 'call-2',
        seq: rings.seq,
        at: since,
        event: { type: 'initiated', call: rings },
      }),
    );
    return view;
  }

  it('is a banner that leaves the visit and the focus alone', async () => {
    const { container } = await called();
    const banner = within(screen.getByRole('region', { name: 'Dora is calling' }));
    expect(banner.getByRole('alert').textContent).toBe('Dora is calling.');
    expect(screen.queryByRole('dialog')).toBeNull();
    expect(document.activeElement?.closest('[aria-label="Dora is calling"]')).toBeNull();
    await expectAccessible(container);
  });

  it('waits when it is told to, and is declined', async () => {
    const { device } = await called();
    await press('Let it wait');
    expect(screen.getByText('Dora waits for an answer.')).toBeTruthy();
    expect(screen.queryByRole('button', { name: 'Let it wait' })).toBeNull();
    await press('Decline');
    expect(device.server.heard('decline')).toEqual([{ callId: 'call-2' }]);
  });

  it('is answered, which leaves the visit', async () => {
    const { device } = await called();
    const talk = callState([participant('dora'), participant('ana')], { id: 'call-2' });
    device.server.answers('answer', () => talk);
    await press('Answer and leave this visit');
    await vi.waitFor(() => expect(device.manager.getSnapshot().current).toBe('call-2'));
    expect(device.server.heard('leave')).toEqual([{ callId: CALL }]);
  });
});
