import { act, fireEvent, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { NotesPanel } from '../src/notes/NotesPanel';
import { expectAccessible, problem, serve, show, signedIn } from './house';

const PATH = '/api/appointments/visit-1/notes';
const SAVED = '2030-01-02T14:05:00Z';

/** Notes on a server that keeps versions. */
function kept(text = '', version = 0) {
  const house = { text, version, down: false, saves: 0 };
  serve({
    [`GET ${PATH}`]: () => ({ text: house.text, version: house.version }),
    [`PUT ${PATH}`]: (body) => {
      house.saves += 1;
      const wanted = body as { text: string; version: number };
      if (house.down) return problem(503, 'unavailable', 'Try again in a moment.');
      if (wanted.version !== house.version) return problem(409, 'notes_changed');
      house.text = wanted.text;
      house.version += 1;
      return { text: house.text, version: house.version, savedAt: SAVED };
    },
  });
  return house;
}

/** The panel, with a clock to turn. */
async function notes() {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'], shouldAdvanceTime: true });
  const view = show(<NotesPanel appointment="visit-1" />, { store: signedIn() });
  await screen.findByRole('textbox', { name: 'Notes' });
  return view;
}

const type = (value: string) =>
  fireEvent.change(screen.getByRole('textbox', { name: 'Notes' }), { target: { value } });
const wait = (ms: number) => act(() => vi.advanceTimersByTimeAsync(ms));
const standing = () => screen.getByRole('status').textContent;

afterEach(() => void vi.useRealTimers());

describe('the notes', () => {
  it('are saved a second after the last key', async () => {
    const house = kept('Before.', 3);
    const { container } = await notes();
    await expectAccessible(container);
    type('Before. A');
    await wait(500);
    type('Before. After');
    await wait(700);
    expect(house.saves).toBe(0);
    expect(standing()).toContain('Not saved yet.');
    await wait(400);
    expect(house).toMatchObject({ text: 'Before. After', version: 4, saves: 1 });
    expect(standing()).toMatch(/^Saved \d/);
  });

  it('are saved one version after the other', async () => {
    const house = kept();
    await notes();
    type('One');
    await wait(1_100);
    type('Two');
    await wait(1_100);
    expect(house).toMatchObject({ text: 'Two', version: 2 });
  });

  it('are saved when the panel is closed', async () => {
    const house = kept();
    const { unmount } = await notes();
    type('In a hurry');
    unmount();
    await wait(0);
    expect(house.text).toBe('In a hurry');
  });

  it('say when they could not be saved, and are saved on demand', async () => {
    const house = kept();
    house.down = true;
    await notes();
    type('Kept here');
    await wait(1_100);
    expect(screen.getByRole('alert').textContent).toBe('Try again in a moment.');
    expect(standing()).toBe('Not saved yet.');
    house.down = false;
    await userEvent.click(screen.getByRole('button', { name: 'Save again' }));
    await wait(0);
    expect(house.text).toBe('Kept here');
    expect(screen.queryByRole('alert')).toBeNull();
  });

  it.each([
    ['Keep both', 'Theirs\n\nMine'],
    ['Keep what is written here', 'Mine'],
    ['Keep what is saved', 'Theirs'],
  ])('show both texts when somebody else has saved: %s', async (choice, text) => {
    const house = kept();
    const { container } = await notes();
    Object.assign(house, { text: 'Theirs', version: 1 });
    type('Mine');
    await wait(1_100);
    const shown = (name: string) =>
      (screen.getByRole('textbox', { name }) as HTMLTextAreaElement).value;
    expect(shown('Saved somewhere else')).toBe('Theirs');
    expect(shown('Written here')).toBe('Mine');
    expect(house.text).toBe('Theirs');
    await expectAccessible(container);
    await userEvent.click(screen.getByRole('button', { name: choice }));
    await wait(0);
    expect(house).toMatchObject({ text, version: 2 });
    expect(shown('Notes')).toBe(text);
  });
});
