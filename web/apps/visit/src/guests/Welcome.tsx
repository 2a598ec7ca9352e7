//! What a link leads to, and the question who is there.

import { useQuery } from '@tanstack/react-query';
import { comeAsGuest, lookAtLink, type Invitation } from '../rest';
import { useSession, useSessionStore } from '../session/session-context';
import { Field } from '../ui/Field';
import { Form, type Text } from '../ui/Form';
import { Problem } from '../ui/Problem';
import { moment, part } from '../words';
import { Frame } from './Frame';

/** The first page of a guest. */
export function Welcome({ link }: { link: string }) {
  const { notice } = useSession();
  const invitation = useQuery({
    queryKey: ['invitation', link],
    queryFn: () => lookAtLink(link),
    retry: false,
  });
  const { data, error, isPending } = invitation;
  return (
    <Frame title={data === undefined ? 'Your invitation' : titleOf(data)}>
      {isPending && <p className="text-muted">Looking where this link leads.</p>}
      {notice !== null && <p role="alert">{notice}</p>}
      <Problem error={error} />
      {error !== null && <p className="mt-4">Please ask whoever invited you for a new link.</p>}
      {data && <Invited invitation={data} link={link} />}
    </Frame>
  );
}

/** A meeting has a name; otherwise it is the host one comes for. */
function titleOf({ kind, title, host }: Invitation): string {
  return kind === 'meeting' ? title : `Visit with ${host}`;
}

function Invited({ invitation, link }: { invitation: Invitation; link: string }) {
  const { accept } = useSessionStore();
  const { host, role, startsAt } = invitation;
  const come = async (text: Text) => accept(await comeAsGuest({ token: link, name: text('name') }));
  return (
    <>
      <p className="mb-6">
        {host} invites you. You come as: {part(role)}.
        {startsAt !== undefined && ` It starts: ${moment(startsAt)}.`}
      </p>
      <Form submit="Continue" send={come}>
        <Field
          label="Your name"
          name="name"
          autoComplete="name"
          required
          maxLength={80}
          hint="How others see you."
        />
      </Form>
    </>
  );
}
