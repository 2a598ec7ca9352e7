import { Page } from '../parts/Page';
import type { User } from '../rest';
import { ButtonLink } from '../ui/Button';

/** An address that leads nowhere. */
export function NotFound({ user }: { user: User }) {
  return (
    <Page title="This page does not exist" user={user}>
      <p className="mb-6">The address may be misspelt, or what was here has moved.</p>
      <ButtonLink to="/" purpose="primary">
        Back to people
      </ButtonLink>
    </Page>
  );
}
