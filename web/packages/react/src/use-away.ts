import { useEffect } from 'react';
import { useManager } from './context';

/** How long nobody touches the page until nobody seems to be there, in milliseconds. */
const PATIENCE = 5 * 60_000;

const TOUCHES = ['pointerdown', 'pointermove', 'keydown', 'wheel', 'touchstart'] as const;

/** Tells the server when nobody looks at this page: it is hidden, or was not
 *  touched for five minutes. Mount it once.
 *
 *  @example
 *  useAway();
 */
export function useAway(): void {
  const manager = useManager();
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    // Not being heard is no failure: the next welcome says it again.
    const tell = (away: boolean) => void manager.setAway(away).catch(() => undefined);
    const look = () => {
      clearTimeout(timer);
      tell(document.hidden);
      if (!document.hidden) timer = setTimeout(() => tell(true), PATIENCE);
    };
    look();
    document.addEventListener('visibilitychange', look);
    for (const touch of TOUCHES) addEventListener(touch, look, { passive: true });
    return () => {
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', look);
      for (const touch of TOUCHES) removeEventListener(touch, look);
      tell(false);
    };
  }, [manager]);
}
