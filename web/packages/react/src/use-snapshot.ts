//! The one subscription that all hooks are made of.

import type { Snapshot } from '@housecall/client';
import { useSyncExternalStore } from 'react';
import { useManager } from './context';

/** A part of the snapshot; renders again only when that part changes, so
 *  `select` gives a primitive or something the snapshot holds.
 *
 *  @example
 *  const you = useSnapshot((it) => it.you);
 */
export function useSnapshot<T>(select: (snapshot: Snapshot) => T): T {
  const { subscribe, getSnapshot } = useManager();
  return useSyncExternalStore(subscribe, () => select(getSnapshot()));
}
