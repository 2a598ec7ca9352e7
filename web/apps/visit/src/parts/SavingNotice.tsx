//! What is still to be saved of recordings, where no call shows it.

import type { RecorderState } from '@housecall/client';
import { useRecorder } from '@housecall/react';
import { useEffect, useState } from 'react';
import { Problem } from '../ui/Problem';
import { saved } from '../words';

/** A bar until everything is saved, then the word that it is; nothing for whoever has
 *  not recorded. */
export function SavingNotice({ className = '' }: { className?: string }) {
  const recorder = useRecorder();
  const most = useMost(recorder);
  const isSaving = !isAllSaved(recorder);
  if (!isSaving && most === 0) return null;
  return (
    <section
      aria-label="Saving the recording"
      data-light
      className={`flex w-full max-w-lg flex-col gap-2 rounded-card border border-line bg-white p-4 text-left text-ink ${className}`}
    >
      {isSaving && (
        <>
          <p className="tabular-nums">{saved(recorder)}</p>
          <progress
            aria-label="Saved"
            className="h-4 w-full appearance-none overflow-hidden rounded-round border border-line bg-white [&::-moz-progress-bar]:bg-primary [&::-webkit-progress-bar]:bg-white [&::-webkit-progress-value]:bg-primary"
            {...(most > 0 ? { max: most, value: most - recorder.unsaved } : {})}
          />
          <p>Please keep this page open until then.</p>
        </>
      )}
      <Problem error={recorder.problem} />
      <p role="status" className="empty:hidden">
        {!isSaving && 'The recording is saved.'}
      </p>
    </section>
  );
}

/** Whether closing the page, or signing out, would leave nothing behind. */
export function isAllSaved({ state, unsaved }: RecorderState): boolean {
  return unsaved === 0 && (state === 'idle' || state === 'paused');
}

/** As much as there ever was to save since this is shown. */
function useMost({ unsaved }: RecorderState): number {
  const [most, setMost] = useState(unsaved);
  useEffect(() => setMost((before) => Math.max(before, unsaved)), [unsaved]);
  return Math.max(most, unsaved);
}
