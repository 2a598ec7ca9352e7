//! Who waits, who called, whom one meets, and the people one may call.

import { Appointments } from '../appointments/Appointments';
import { BusyChoice } from '../dashboard/BusyChoice';
import { MissedCalls } from '../dashboard/MissedCalls';
import { People } from '../dashboard/People';
import { useCallPerson } from '../dashboard/use-call-person';
import { VisitNotices } from '../dashboard/VisitNotices';
import { WaitingPanel } from '../door/WaitingPanel';
import { OpenVisits } from '../parts/OpenVisits';
import { Page } from '../parts/Page';
import { SavingNotice } from '../parts/SavingNotice';
import type { User } from '../rest';
import { ButtonLink } from '../ui/Button';
import { Problem } from '../ui/Problem';

/** The first page after signing in. */
export function Dashboard({ user }: { user: User }) {
  const calling = useCallPerson();
  const { call, pending, error } = calling;
  return (
    <Page title="People" user={user}>
      <SavingNotice className="mb-8" />
      <WaitingPanel className="mb-8" />
      <VisitNotices />
      <MissedCalls onCall={call} />
      <Appointments user={user} />
      <OpenVisits />
      <p className="mb-8">
        <ButtonLink to="/check">Check my connection</ButtonLink>
      </p>
      <Problem error={error} />
      <div role="status">
        {pending && <p>Calling. If your browser asks, allow the microphone and the camera.</p>}
      </div>
      <People onCall={call} />
      <BusyChoice {...calling} />
    </Page>
  );
}
