import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, it } from 'vitest';
import Meetings from '../src/screens/Meetings';
import { ana, expectAccessible, serve, show, signedIn } from './house';

const own = {
  id: 'meeting-1',
  name: 'Case round',
  private: true,
  door: 'open',
  creator: { id: 'ana', name: 'Ana', role: 'patient' },
  createdAt: '2030-01-01T10:00:00Z',
  startsAt: '2030-01-02T10:00:00Z',
  live: true,
  people: 2,
  access: [{ id: 'ben', name: 'Dr. Ben', role: 'provider' }],
};
const other = {
  ...own,
  id: 'meeting-2',
  name: 'Open house',
  private: false,
  live: false,
  people: 0,
  creator: { id: 'cleo', name: 'Cleo', role: 'provider' },
};

type Routes = Parameters<typeof serve>[0];

/** The page with these meetings. */
async function meetings(all: unknown[], routes: Routes = {}) {
  const requests = serve({
    'GET /api/meetings': () => ({ meetings: all }),
    'GET /api/people': () => ({
      people: [
        { id: 'ben', name: 'Dr. Ben', role: 'provider' },
        { id: 'cleo', name: 'Cleo', role: 'provider' },
      ],
    }),
    ...routes,
  });
  const view = show(<Meetings user={ana} />, { path: '/meetings', store: signedIn() });
  if (all.length > 0) await screen.findAllByRole('listitem');
  return { ...view, requests };
}

const press = async (name: string) => userEvent.click(await screen.findByRole('button', { name }));

describe('the meetings', () => {
  it('say what they are and lead in', async () => {
    const { container } = await meetings([own, other]);
    const link = screen.getByRole('link', { name: 'Join Case round' });
    expect(link.getAttribute('href')).toBe('/visits/meeting-1');
    expect(screen.getByText('Private · made by you · 2 people are there')).toBeTruthy();
    expect(screen.getByText('Open to everybody · made by Cleo')).toBeTruthy();
    await expectAccessible(container);
  });

  it('are changed and deleted by who made them only', async () => {
    await meetings([own, other]);
    expect(screen.getByRole('button', { name: 'Change Case round' })).toBeTruthy();
    expect(screen.queryByRole('button', { name: 'Change Open house' })).toBeNull();
    expect(screen.queryByRole('button', { name: 'Delete Open house' })).toBeNull();
    expect(screen.queryByRole('button', { name: 'Guest links for Open house' })).toBeNull();
  });

  it('are made, for chosen people only', async () => {
    const bodies: unknown[] = [];
    const { container } = await meetings([], {
      'POST /api/meetings': (body) => (bodies.push(body), own),
    });
    expect(await screen.findByText(/No meetings yet/)).toBeTruthy();
    await press('New meeting');
    await userEvent.type(await screen.findByLabelText('Name'), ' Case round');
    await userEvent.selectOptions(screen.getByLabelText('Waiting room'), 'strict');
    await userEvent.click(screen.getByLabelText('Only people I choose may come'));
    await userEvent.click(await screen.findByLabelText('Cleo'));
    await expectAccessible(container);
    await press('Make the meeting');
    expect(bodies).toEqual([
      { name: 'Case round', private: true, door: 'strict', access: ['cleo'] },
    ]);
    expect(screen.queryByRole('dialog')).toBeNull();
  });

  it('are changed', async () => {
    const bodies: unknown[] = [];
    await meetings([own], { 'PATCH /api/meetings/meeting-1': (body) => (bodies.push(body), own) });
    await press('Change Case round');
    await userEvent.click(await screen.findByLabelText('Cleo'));
    await press('Save');
    expect(bodies).toEqual([
      {
        name: 'Case round',
        private: true,
        door: 'open',
        access: ['ben', 'cleo'],
        startsAt: '2030-01-02T10:00:00.000Z',
      },
    ]);
  });

  it('are deleted only after a question', async () => {
    const { requests } = await meetings([own], {
      'DELETE /api/meetings/meeting-1': () => new Response(null, { status: 204 }),
    });
    await press('Delete Case round');
    expect(requests).not.toContain('DELETE /api/meetings/meeting-1');
    await press('Delete the meeting');
    expect(requests).toContain('DELETE /api/meetings/meeting-1');
  });
});
