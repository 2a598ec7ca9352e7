//! What is opened beside the stage, or on a phone in its place.

import type { CallState } from '@housecall/client';
import { useEffect, useRef } from 'react';
import { RecordingControl } from '../call/RecordingControl';
import type { RecordingPlan } from '../call/use-recording-plan';
import { NotesPanel } from '../notes/NotesPanel';
import { Button } from '../ui/Button';
import { ChatPanel } from './ChatPanel';
import { TITLES, type Panel } from './panels';
import { PeoplePanel } from './PeoplePanel';

/** One panel with its name and the way to close it. */
export default function SidePanel(props: {
  panel: Panel;
  wire: CallState;
  plan: RecordingPlan;
  className?: string;
  onClose: () => void;
}) {
  const { panel, wire, plan, className = '', onClose } = props;
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), [panel]);
  return (
    <aside
      data-light
      aria-label={TITLES[panel]}
      className={`z-10 flex min-h-0 flex-col gap-3 rounded-card bg-canvas p-4 text-ink max-sm:absolute max-sm:-inset-2 sm:w-96 ${className}`}
    >
      <div className="flex items-center justify-between gap-3">
        <h2 ref={heading} tabIndex={-1} className="text-xl font-semibold">
          {TITLES[panel]}
        </h2>
        <Button aria-label={`Close ${panel}`} onClick={onClose}>
          Close
        </Button>
      </div>
      {panel === 'people' && <PeoplePanel wire={wire} />}
      {panel === 'chat' && <ChatPanel callId={wire.id} />}
      {panel === 'notes' && wire.appointment !== undefined && (
        <NotesPanel appointment={wire.appointment} />
      )}
      {panel === 'record' && <RecordingControl wire={wire} plan={plan} />}
    </aside>
  );
}
