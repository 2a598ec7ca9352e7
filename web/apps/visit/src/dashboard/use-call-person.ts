import { HousecallError, type Person, type Purpose } from '@housecall/client';
import { useAction, useManager } from '@housecall/react';
import { useState } from 'react';

/** Somebody to call, and how. */
export interface Wish {
  person: Pick<Person, 'id' | 'name'>;
  purpose: Purpose;
}

/** Calling somebody who may be busy. */
export interface CallPerson {
  call: (wish: Wish) => void;
  pending: boolean;
  error: HousecallError | null;
  /** Whom one wanted to call and who is in another visit. */
  busy: Wish | undefined;
  /** Calls them all the same. */
  letWait: () => Promise<unknown>;
  notNow: () => void;
}

/** Calls people; asks first when that would disturb a visit. */
export function useCallPerson(): CallPerson {
  const manager = useManager();
  const [busy, setBusy] = useState<Wish>();
  const start = ({ person, purpose }: Wish) => manager.start([person.id], { purpose });
  const { run, pending, error } = useAction(async (wish: Wish) => {
    try {
      await manager.start([wish.person.id], { purpose: wish.purpose, onlyIfFree: true });
    } catch (thrown) {
      const { code } = HousecallError.from(thrown);
      if (code === 'callee_busy') setBusy(wish);
      // It rings as soon as they are there, and is a missed call otherwise.
      else if (code === 'callee_offline') await start(wish);
      else throw thrown;
    }
  });
  return {
    call: (wish) => void run(wish),
    pending,
    error,
    busy,
    letWait: async () => busy && start(busy),
    notNow: () => setBusy(undefined),
  };
}
