import { useSnapshot } from '@housecall/react';
import { ButtonLink, type Purpose } from '../ui/Button';

/** The way back to the first page; guests have none. */
export function HomeLink({ purpose }: { purpose: Purpose }) {
  const isGuest = useSnapshot((it) => it.you?.role === 'guest');
  return isGuest ? null : (
    <ButtonLink to="/" purpose={purpose}>
      Back to people
    </ButtonLink>
  );
}
