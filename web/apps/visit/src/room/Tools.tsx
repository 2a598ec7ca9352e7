//! Hand, reactions, and what is opened beside the stage.

import type { CallState } from '@housecall/client';
import { useChat, useHand } from '@housecall/react';
import { useState } from 'react';
import { Button } from '../ui/Button';
import { Problem } from '../ui/Problem';
import { TITLES, type Panel } from './panels';
import { ReactionChoice } from './ReactionChoice';
import { useMayNote } from './use-may-note';
import { useMayRecord } from './use-may-record';

/** A row of buttons above the controls. */
export function Tools(props: {
  wire: CallState;
  panel: Panel | null;
  onPanel: (panel: Panel | null) => void;
}) {
  const { wire, panel, onPanel } = props;
  const hand = useHand(wire.id);
  const { unread } = useChat(wire.id);
  const mayNote = useMayNote(wire.appointment);
  const mayRecord = useMayRecord(wire.id);
  const [reacting, setReacting] = useState(false);
  const open = (which: Panel) => ({
    which,
    isOpen: panel === which,
    onClick: () => onPanel(panel === which ? null : which),
  });
  return (
    <div className="flex w-full flex-col items-center gap-2">
      <Problem error={hand.error} />
      {reacting && <ReactionChoice callId={wire.id} onDone={() => setReacting(false)} />}
      <div role="group" aria-label="Tools" className="flex flex-wrap justify-center gap-2">
        {hand.buttonProps && (
          <Button {...hand.buttonProps} purpose="tool">
            {hand.raised ? 'Lower hand' : 'Raise hand'}
          </Button>
        )}
        <Button purpose="tool" aria-expanded={reacting} onClick={() => setReacting(!reacting)}>
          React
        </Button>
        <PanelButton {...open('people')} />
        <PanelButton {...open('chat')} unread={unread} />
        {mayNote && <PanelButton {...open('notes')} />}
        {mayRecord && <PanelButton {...open('record')} />}
      </div>
    </div>
  );
}

function PanelButton(props: {
  which: Panel;
  isOpen: boolean;
  onClick: () => void;
  unread?: number;
}) {
  const { which, isOpen, onClick, unread = 0 } = props;
  return (
    <Button purpose="tool" aria-expanded={isOpen} onClick={onClick}>
      {TITLES[which]}
      {unread > 0 && (
        <span className="rounded-round bg-stage-ink px-2 text-stage">
          {unread}
          <span className="sr-only"> new</span>
        </span>
      )}
    </Button>
  );
}
