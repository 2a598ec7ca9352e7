import { useRecorder } from '@housecall/react';
import { useEffect } from 'react';
import { isAllSaved } from './SavingNotice';

/** Has the browser ask before a page is closed that still records, or saves. */
export function WarnUnsaved() {
  const isSafe = isAllSaved(useRecorder());
  useEffect(() => {
    if (isSafe) return;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener('beforeunload', ask);
    return () => window.removeEventListener('beforeunload', ask);
  }, [isSafe]);
  return null;
}
