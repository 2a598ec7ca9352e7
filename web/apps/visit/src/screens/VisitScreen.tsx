//! The way to an appointment or a meeting, by its own id.

import { useQuery } from '@tanstack/react-query';
import { useParams } from 'react-router';
import type { Arrival, KeepFor } from '../check/arrival';
import { Doorway } from '../door/Doorway';
import { Page } from '../parts/Page';
import { getAppointment, getMeeting, type User } from '../rest';
import { useSessionStore } from '../session/session-context';
import { Problem } from '../ui/Problem';
import { moment } from '../words';

/** What there is to say of a place before one comes in. */
interface Place {
  title: string;
  startsAt: string | undefined;
  host: string;
  /** Who sees how the connection does, if anybody. */
  keepFor?: KeepFor;
}

/** The device check in front of a place. Once somebody is at the door, or in,
 *  the address of the call takes over. */
export default function VisitScreen({ user }: { user: User }) {
  const { placeId = '' } = useParams();
  const { withToken } = useSessionStore();
  const place = useQuery({
    queryKey: ['places', placeId],
    queryFn: () => withToken((token) => lookUp(token, placeId, user.id)),
    retry: false,
  });
  const isHost = user.role === 'admin' || place.data?.host === user.id;
  return (
    <Page title={place.data?.title ?? 'Your visit'} user={user} key={placeId}>
      <div className="mx-auto max-w-lg">
        {place.data?.startsAt && <p className="mb-4 text-muted">{moment(place.data.startsAt)}</p>}
        <Problem error={place.error} />
        {place.data && (
          <Doorway
            place={placeId}
            isHost={isHost}
            checkAt="/check"
            arrival={arrivalAt(placeId, place.data)}
          />
        )}
      </div>
    </Page>
  );
}

function arrivalAt(id: string, { keepFor }: Place): Arrival {
  return { back: `/visits/${id}`, ...(keepFor === undefined ? {} : { keepFor }) };
}

/** An id does not tell what it is of. */
async function lookUp(token: string, id: string, you: string): Promise<Place> {
  try {
    const { patient, provider, startsAt } = await getAppointment(token, id);
    const name = patient.id === you ? provider.name : patient.name;
    const place = { title: `Visit with ${name}`, startsAt, host: provider.id };
    // Of an administrator who looks in, nobody asks how their connection does.
    const isTheirs = patient.id === you || provider.id === you;
    return isTheirs ? { ...place, keepFor: { appointmentId: id } } : place;
  } catch {
    const { name, startsAt, creator } = await getMeeting(token, id);
    return { title: name, startsAt, host: creator.id };
  }
}
