//! The connection check of a guest, who has no other pages.

import { useArrival } from '../check/arrival';
import { ConnectionCheck } from '../check/ConnectionCheck';
import { ButtonLink } from '../ui/Button';
import { Frame } from './Frame';

/** The check, and the way back to the devices. */
export default function GuestCheck({ back }: { back: string }) {
  const { devices = {} } = useArrival();
  return (
    <Frame title="Check my connection">
      <div className="flex flex-col gap-6">
        <ConnectionCheck devices={devices} />
        <ButtonLink to={back}>Back to the visit</ButtonLink>
      </div>
    </Frame>
  );
}
