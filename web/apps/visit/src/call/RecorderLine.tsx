//! How far what this device records is saved, to whoever records.

import { useRecorder } from '@housecall/react';
import { Problem } from '../ui/Problem';
import { saved } from '../words';

/** A line in the room of whoever records; nothing for the others. */
export function RecorderLine({ className = '' }: { className?: string }) {
  const recorder = useRecorder();
  const line = saved(recorder);
  if (line === '' && recorder.problem === null) return null;
  return (
    <div className={`flex flex-col gap-2 ${className}`}>
      {line !== '' && <p className="tabular-nums">{line}</p>}
      <Problem error={recorder.problem} />
    </div>
  );
}
