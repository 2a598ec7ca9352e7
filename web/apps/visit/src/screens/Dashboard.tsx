//! The people one may call, and the visits that are open.

import { usePeople, useStartCall } from '@housecall/react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { OpenVisits } from '../parts/OpenVisits';
import { Page } from '../parts/Page';
import { getPeople, type Contact, type User } from '../rest';
import { useSessionStore } from '../session/session-context';
import { Button } from '../ui/Button';
import { Field } from '../ui/Field';
import { Problem } from '../ui/Problem';
import { role } from '../words';

/** The first page after signing in. */
export function Dashboard({ user }: { user: User }) {
  const { withToken } = useSessionStore();
  const [wanted, setWanted] = useState('');
  const people = useQuery({
    queryKey: ['people'],
    queryFn: async () => (await withToken(getPeople)).people,
  });
  return (
    <Page title="People" user={user}>
      <OpenVisits />
      <Field
        label="Search people"
        type="search"
        value={wanted}
        onChange={(event) => setWanted(event.target.value)}
      />
      <div className="mt-6" aria-busy={people.isPending}>
        {people.isPending && <p className="text-muted">Looking who is here.</p>}
        <Problem error={people.error} />
        {people.data && <PeopleList people={people.data} wanted={wanted} />}
      </div>
    </Page>
  );
}

function PeopleList({ people, wanted }: { people: Contact[]; wanted: string }) {
  const online = usePeople();
  const { start, pending, error } = useStartCall();
  const found = people.filter((it) => it.name.toLowerCase().includes(wanted.trim().toLowerCase()));
  if (people.length === 0) return <p>There is nobody to call yet.</p>;
  if (found.length === 0) return <p>Nobody here has a name with “{wanted.trim()}” in it.</p>;
  return (
    <>
      <Problem error={error} />
      <div role="status">
        {pending && <p>Calling. If your browser asks, allow the microphone and the camera.</p>}
      </div>
      <ul className="mt-4 flex flex-col gap-3" aria-busy={pending}>
        {found.map((person) => (
          <Row
            key={person.id}
            person={person}
            online={online?.has(person.id) ?? person.online}
            onCall={(purpose) => void start([person.id], { purpose })}
          />
        ))}
      </ul>
    </>
  );
}

function Row(props: {
  person: Contact;
  online: boolean;
  onCall: (purpose: 'video' | 'audio') => void;
}) {
  const { person, online, onCall } = props;
  return (
    <li className="flex flex-wrap items-center gap-3 rounded-card border border-hairline bg-white p-4">
      <div className="mr-auto">
        <p className="text-lg font-semibold">{person.name}</p>
        <p className="flex items-center gap-2 text-muted">
          <Dot online={online} />
          {online ? 'Online' : 'Offline'} · {role(person.role)}
        </p>
      </div>
      <div className="flex flex-wrap gap-3">
        <Button
          purpose="primary"
          aria-label={`Call ${person.name}`}
          onClick={() => onCall('video')}
        >
          Call
        </Button>
        <Button aria-label={`Audio call ${person.name}`} onClick={() => onCall('audio')}>
          Audio call
        </Button>
      </div>
    </li>
  );
}

function Dot({ online }: { online: boolean }) {
  const look = online ? 'bg-primary border-primary' : 'border-line';
  return <span aria-hidden className={`size-3 rounded-round border-2 ${look}`} />;
}
