//! The dialog with the links by which people without an account come.

import type { Part } from '@housecall/client';
import { useAction } from '@housecall/react';
import { useQuery } from '@tanstack/react-query';
import { createGuestLink, getGuestLinks, revokeGuestLink, type GuestLink } from '../rest';
import { useSessionStore } from '../session/session-context';
import { useRequest } from '../session/use-request';
import { Button } from '../ui/Button';
import { Check } from '../ui/Check';
import { Choice } from '../ui/Choice';
import { Dialog } from '../ui/Dialog';
import { Form, type Text } from '../ui/Form';
import { Problem } from '../ui/Problem';
import { moment, part, PART_CHOICES } from '../words';
import { CopyLink } from './CopyLink';

const GOOD_FOR = [
  ['60', 'One hour'],
  ['1440', 'One day'],
  ['10080', 'One week'],
  ['43200', 'Thirty days'],
] as const;

/** Makes links to one place, and takes them back. */
export default function GuestLinks(props: { place: string; title: string; onClose: () => void }) {
  const { place, title, onClose } = props;
  const { withToken } = useSessionStore();
  const request = useRequest('guest-links');
  const links = useQuery({
    queryKey: ['guest-links', place],
    queryFn: async () => (await withToken((token) => getGuestLinks(token, place))).links,
  });
  const make = (text: Text, form: FormData) => {
    const reusable = form.has('reusable');
    const plan = { place, role: text('role') as Part, reusable, minutes: Number(text('minutes')) };
    return request((token) => createGuestLink(token, plan));
  };
  return (
    <Dialog title={`Guest links for ${title}`} onClose={onClose}>
      <p className="mb-4 text-muted">Whoever has such a link can come without an account.</p>
      <Form submit="Make a link" send={make}>
        <Choice label="They come as" name="role" options={PART_CHOICES} />
        <Choice label="Good for" name="minutes" options={GOOD_FOR} defaultValue="1440" />
        <Check label="Several people may use it" name="reusable" />
      </Form>
      <Problem error={links.error} />
      <ul className="my-6 flex flex-col gap-4">
        {links.data?.filter(isGood).map((it) => (
          <Link key={it.id} link={it} />
        ))}
      </ul>
      <Button onClick={onClose}>Close</Button>
    </Dialog>
  );
}

function isGood({ revokedAt, suspended, reusable, uses, expiresAt }: GuestLink): boolean {
  const isUsedUp = !reusable && uses > 0;
  return revokedAt === undefined && !suspended && !isUsedUp && Date.parse(expiresAt) > Date.now();
}

function Link({ link }: { link: GuestLink }) {
  const request = useRequest('guest-links');
  const revoke = useAction(() => request((token) => revokeGuestLink(token, link.id)));
  return (
    <li className="flex flex-col gap-3 rounded-card border border-hairline p-4">
      <p>
        {part(link.role)} · {link.reusable ? 'for several people' : 'for one person'} · until{' '}
        {moment(link.expiresAt)}
      </p>
      <CopyLink path={link.url} who={part(link.role)} />
      <Problem error={revoke.error} />
      <Button
        purpose="danger"
        aria-busy={revoke.pending}
        aria-label={`Take back the link for ${part(link.role)}`}
        onClick={() => void revoke.run()}
      >
        Take back
      </Button>
    </li>
  );
}
