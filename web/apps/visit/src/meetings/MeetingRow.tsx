//! One meeting in the list.

import { lazy, Suspense, useState } from 'react';
import { deleteMeeting, type Meeting, type User } from '../rest';
import { useRequest } from '../session/use-request';
import { Button, ButtonLink } from '../ui/Button';
import { Confirm } from '../ui/Confirm';
import { Row } from '../ui/Row';
import { day } from '../words';

const MeetingForm = lazy(() => import('./MeetingForm'));
const GuestLinks = lazy(() => import('../guests/GuestLinks'));

type Asked = 'change' | 'delete' | 'guest';

/** What it is, who is there, and the way in. */
export function MeetingRow({ meeting, user, now }: { meeting: Meeting; user: User; now: number }) {
  const [asked, setAsked] = useState<Asked>();
  const { name, startsAt, creator } = meeting;
  const isHost = creator.id === user.id || user.role === 'admin';
  const facts = [
    meeting.private ? 'Private' : 'Open to everybody',
    `made by ${creator.id === user.id ? 'you' : creator.name}`,
    meeting.live && `${meeting.people} ${meeting.people === 1 ? 'person is' : 'people are'} there`,
  ].filter((it) => it !== false);
  return (
    <Row
      actions={
        <>
          <ButtonLink to={`/visits/${meeting.id}`} purpose="primary">
            Join<span className="sr-only"> {name}</span>
          </ButtonLink>
          {isHost && <HostActions name={name} onAsk={setAsked} />}
        </>
      }
    >
      <p className="text-lg font-semibold">{name}</p>
      {startsAt !== undefined && <time dateTime={startsAt}>{day(startsAt, now)}</time>}
      <p className="text-muted">{facts.join(' · ')}</p>
      <Suspense>
        <Opened asked={asked} meeting={meeting} onClose={() => setAsked(undefined)} />
      </Suspense>
    </Row>
  );
}

function HostActions({ name, onAsk }: { name: string; onAsk: (what: Asked) => void }) {
  return (
    <>
      <Button aria-label={`Guest links for ${name}`} onClick={() => onAsk('guest')}>
        Guest links
      </Button>
      <Button aria-label={`Change ${name}`} onClick={() => onAsk('change')}>
        Change
      </Button>
      <Button purpose="danger" aria-label={`Delete ${name}`} onClick={() => onAsk('delete')}>
        Delete
      </Button>
    </>
  );
}

function Opened(props: { asked: Asked | undefined; meeting: Meeting; onClose: () => void }) {
  const { asked, meeting, onClose } = props;
  switch (asked) {
    case 'change':
      return <MeetingForm meeting={meeting} onClose={onClose} />;
    case 'delete':
      return <DeleteMeeting meeting={meeting} onClose={onClose} />;
    case 'guest':
      return <GuestLinks place={meeting.id} title={meeting.name} onClose={onClose} />;
    case undefined:
      return null;
  }
}

function DeleteMeeting({ meeting, onClose }: { meeting: Meeting; onClose: () => void }) {
  const request = useRequest('meetings');
  return (
    <Confirm
      title={`Delete ${meeting.name}?`}
      yes="Delete the meeting"
      no="Keep it"
      act={() => request((token) => deleteMeeting(token, meeting.id))}
      onClose={onClose}
    >
      <p>It ends for everybody who is in it, and nobody can come to it any more.</p>
    </Confirm>
  );
}
