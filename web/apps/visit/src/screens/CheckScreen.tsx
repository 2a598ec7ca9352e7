//! Whether the connection of this device is good for calls.

import { useArrival } from '../check/arrival';
import { ConnectionCheck } from '../check/ConnectionCheck';
import { Page } from '../parts/Page';
import type { User } from '../rest';
import { ButtonLink } from '../ui/Button';

/** The check, and the way back to where somebody came from. */
export default function CheckScreen({ user }: { user: User }) {
  const { back = '/', ...arrival } = useArrival();
  return (
    <Page title="Check my connection" user={user}>
      <div className="mx-auto flex max-w-lg flex-col gap-6">
        <ConnectionCheck {...arrival} />
        <ButtonLink to={back}>{back === '/' ? 'Back to people' : 'Back to the visit'}</ButtonLink>
      </div>
    </Page>
  );
}
