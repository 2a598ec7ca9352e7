//! The people one may call.

import type { PresenceWord } from '@housecall/client';
import { usePeople, useSnapshot } from '@housecall/react';
import { useState } from 'react';
import type { Contact } from '../rest';
import { usePeopleList } from '../session/use-people-list';
import { Button } from '../ui/Button';
import { Field } from '../ui/Field';
import { Problem } from '../ui/Problem';
import { Row } from '../ui/Row';
import { moment, presence, role } from '../words';
import type { Wish } from './use-call-person';

/** Everybody, to be searched by name. */
export function People({ onCall }: { onCall: (wish: Wish) => void }) {
  const [wanted, setWanted] = useState('');
  const people = usePeopleList();
  return (
    <>
      <Field
        label="Search people"
        type="search"
        value={wanted}
        onChange={(event) => setWanted(event.target.value)}
      />
      <div className="mt-6" aria-busy={people.isPending}>
        {people.isPending && <p className="text-muted">Looking who is here.</p>}
        <Problem error={people.error} />
        {people.data && <PeopleList people={people.data} wanted={wanted} onCall={onCall} />}
      </div>
    </>
  );
}

function PeopleList(props: { people: Contact[]; wanted: string; onCall: (wish: Wish) => void }) {
  const { people, wanted, onCall } = props;
  const words = usePresenceWords();
  const found = people.filter((it) => it.name.toLowerCase().includes(wanted.trim().toLowerCase()));
  if (people.length === 0) return <p>There is nobody to call yet.</p>;
  if (found.length === 0) return <p>Nobody here has a name with “{wanted.trim()}” in it.</p>;
  return (
    <ul className="mt-4 flex flex-col gap-3">
      {found.map((person) => (
        <PersonRow
          key={person.id}
          person={person}
          now={words(person)}
          onCall={(purpose) => onCall({ person, purpose })}
        />
      ))}
    </ul>
  );
}

/** How reachable somebody is by now: what was looked up until more is told. */
function usePresenceWords(): (person: Contact) => PresenceWord {
  const online = usePeople();
  const presences = useSnapshot((it) => it.presences);
  return ({ id, presence: before }) => {
    if (online === null) return before;
    if (!online.has(id)) return 'offline';
    // That somebody is there does not tell whether they are in a visit.
    return presences.get(id) ?? (before === 'offline' ? 'online' : before);
  };
}

function PersonRow(props: {
  person: Contact;
  now: PresenceWord;
  onCall: (purpose: 'video' | 'audio') => void;
}) {
  const { person, now, onCall } = props;
  const { name, lastSeenAt } = person;
  return (
    <Row
      actions={
        <>
          <Button purpose="primary" aria-label={`Call ${name}`} onClick={() => onCall('video')}>
            Call
          </Button>
          <Button aria-label={`Audio call ${name}`} onClick={() => onCall('audio')}>
            Audio call
          </Button>
        </>
      }
    >
      <p className="text-lg font-semibold">{name}</p>
      <p className="flex flex-wrap items-center gap-2 text-muted">
        <Dot presence={now} />
        {presence(now)} · {role(person.role)}
        {now === 'offline' && lastSeenAt !== undefined && ` · Last seen ${moment(lastSeenAt)}`}
      </p>
    </Row>
  );
}

const DOTS: Record<PresenceWord, string> = {
  offline: 'border-line',
  away: 'border-primary',
  online: 'border-primary bg-primary',
  in_call: 'border-danger bg-danger',
};

/** Beside the word, for a quick look. */
function Dot({ presence: of }: { presence: PresenceWord }) {
  return <span aria-hidden className={`size-3 shrink-0 rounded-round border-2 ${DOTS[of]}`} />;
}
