//! When this device is on another network than before.

/** Calls `changed` until the returned function is called; `wasOffline` when
 *  there was no network in between. */
export type WatchNetwork = (changed: (wasOffline: boolean) => void) => () => void;

/** The part of `NetworkInformation` that is used here; not every browser has it. */
interface Information extends EventTarget {
  /** `wifi`, `cellular`, ...; not everywhere. */
  readonly type?: string;
}

/** Watches the network as far as this browser tells. */
export const watchNetwork: WatchNetwork = (changed) => {
  const information = (navigator as { connection?: Information }).connection;
  let type = information?.type;
  const online = () => changed(true);
  const other = () => {
    // Estimates of speed are told in the same way, many times a minute.
    if (information?.type === type) return;
    type = information?.type;
    changed(false);
  };
  window.addEventListener('online', online);
  information?.addEventListener('change', other);
  return () => {
    window.removeEventListener('online', online);
    information?.removeEventListener('change', other);
  };
};
