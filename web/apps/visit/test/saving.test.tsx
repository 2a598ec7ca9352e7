//! What was recorded and is not saved yet: nobody loses it unawares.

import type { RecorderState } from '@housecall/client';
import { act, fireEvent, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { useSyncExternalStore } from 'react';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { SavingNotice } from '../src/parts/SavingNotice';
import { SignOut } from '../src/parts/SignOut';
import { WarnUnsaved } from '../src/parts/WarnUnsaved';
import { RecorderLine } from '../src/call/RecorderLine';
import { HousecallError } from '@housecall/client';
import { saved } from '../src/words';
import { expectAccessible, show, signedIn } from './house';

const played = vi.hoisted(() => ({
  state: {} as RecorderState,
  listeners: new Set<() => void>(),
}));

vi.mock('@housecall/react', async (original) => ({
  ...(await original<typeof import('@housecall/react')>()),
  useRecorder: () =>
    useSyncExternalStore(
      (listener) => {
        played.listeners.add(listener);
        return () => played.listeners.delete(listener);
      },
      () => played.state,
    ),
}));

const idle: RecorderState = { state: 'idle', seconds: 0, unsaved: 0, problem: null };
const saving: RecorderState = { ...idle, state: 'saving', seconds: 60, unsaved: 12 };
const becomes = (state: RecorderState) =>
  act(() => {
    played.state = state;
    for (const listener of played.listeners) listener();
  });

beforeEach(() => {
  played.state = idle;
});

describe('how far a recording is saved', () => {
  it('is said in words', () => {
    const said = (state: Partial<RecorderState>) => saved({ ...idle, ...state });
    expect(said({})).toBe('');
    expect(said({ unsaved: 3 })).toBe('3 seconds still to be saved.');
    expect(said({ state: 'capturing', seconds: 65.7 })).toBe('1:05 recorded, all saved.');
    expect(said({ state: 'paused', seconds: 65, unsaved: 0.3 })).toBe(
      '1:05 recorded, 1 second still to be saved.',
    );
    expect(said({ state: 'saving', unsaved: 12 })).toBe(
      'Saving the recording: 12 seconds still to be saved.',
    );
    expect(said({ state: 'saving' })).toBe('Saving the recording.');
    expect(said({ state: 'stuck', unsaved: 12 })).toContain('has stopped: 12 seconds');
    expect(said({ state: 'stuck' })).toBe('Saving the recording has stopped.');
  });

  it('stands in the room, with what is wrong', () => {
    played.state = { ...saving, problem: HousecallError.unreachable() };
    show(<RecorderLine />);
    expect(screen.getByText('Saving the recording: 12 seconds still to be saved.')).toBeTruthy();
    expect(screen.getByRole('alert').textContent).toContain('interrupted');
    becomes(idle);
    expect(screen.queryByRole('alert')).toBeNull();
  });

  it('is shown after the visit until it is saved', async () => {
    const { container } = show(<SavingNotice />);
    expect(screen.queryByRole('region')).toBeNull();
    becomes(saving);
    becomes({ ...saving, unsaved: 3 });
    const bar = screen.getByRole<HTMLProgressElement>('progressbar', { name: 'Saved' });
    expect([bar.value, bar.max]).toEqual([9, 12]);
    await expectAccessible(container);
    becomes(idle);
    expect(screen.getByRole('status').textContent).toBe('The recording is saved.');
    expect(screen.queryByRole('progressbar')).toBeNull();
  });
});

describe('closing the page', () => {
  it('is asked about only while something is not saved', () => {
    show(<WarnUnsaved />);
    const isAsked = () => !fireEvent(window, new Event('beforeunload', { cancelable: true }));
    expect(isAsked()).toBe(false);
    becomes({ ...idle, state: 'capturing', seconds: 1 });
    expect(isAsked()).toBe(true);
    becomes(idle);
    expect(isAsked()).toBe(false);
  });
});

describe('signing out', () => {
  const press = (name: string) => userEvent.click(screen.getByRole('button', { name }));
  const shown = () => show(<SignOut className="" />, { store: signedIn() });
  const isIn = ({ store }: ReturnType<typeof shown>) => store.getSnapshot().signedIn !== null;

  it('waits until everything is saved', async () => {
    played.state = saving;
    const view = shown();
    await press('Sign out');
    expect(screen.getByRole('dialog', { name: 'A recording is still being saved' })).toBeTruthy();
    await expectAccessible(view.container);
    expect(isIn(view)).toBe(true);
    becomes(idle);
    expect(isIn(view)).toBe(false);
  });

  it('can be taken back', async () => {
    played.state = saving;
    const view = shown();
    await press('Sign out');
    await press('Stay signed in');
    becomes(idle);
    expect(isIn(view)).toBe(true);
  });

  it('can be had at once', async () => {
    played.state = saving;
    const view = shown();
    await press('Sign out');
    await press('Sign out now');
    expect(isIn(view)).toBe(false);
  });
});
