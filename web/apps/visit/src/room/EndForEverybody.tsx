import type { CallState } from '@housecall/client';
import { useManager, useMeetingControls } from '@housecall/react';
import { useState } from 'react';
import { Button } from '../ui/Button';
import { Confirm } from '../ui/Confirm';

/** Ends the visit of all, once it is confirmed. In a call of two, leaving does. */
export function EndForEverybody({ wire }: { wire: CallState }) {
  const manager = useManager();
  const { end } = useMeetingControls(wire.id);
  const [asked, setAsked] = useState(false);
  const leavingEnds = wire.kind === 'call' && wire.people.length <= 2;
  if (end === undefined || leavingEnds) return null;
  return (
    <>
      <Button purpose="stage" onClick={() => setAsked(true)}>
        End for everybody
      </Button>
      {asked && (
        <Confirm
          title="End this visit for everybody?"
          yes="Yes, end it"
          no="Go on"
          act={() => manager.end(wire.id)}
          onClose={() => setAsked(false)}
        >
          <p>Everybody goes out. To go out alone, choose “Leave the visit”.</p>
        </Confirm>
      )}
    </>
  );
}
