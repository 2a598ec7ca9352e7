//! Having a planned visit ring at another time.

import { useManager } from '@housecall/react';
import { useState } from 'react';
import { Button } from '../ui/Button';
import { Dialog } from '../ui/Dialog';
import { Field } from '../ui/Field';
import { Form, type Text } from '../ui/Form';
import { localInput } from '../words';

/** A button and the dialog it opens. */
export function MovePlanned({ callId, at }: { callId: string; at: Date }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <Button purpose="stage" onClick={() => setOpen(true)}>
        Move the visit
      </Button>
      {isOpen && <MoveDialog callId={callId} at={at} onClose={() => setOpen(false)} />}
    </>
  );
}

function MoveDialog(props: { callId: string; at: Date; onClose: () => void }) {
  const { callId, at, onClose } = props;
  const manager = useManager();
  const send = async (text: Text) => {
    await manager.reschedule(callId, new Date(text('startsAt')).toISOString());
    onClose();
  };
  return (
    <Dialog title="Move the visit" onClose={onClose}>
      <Form submit="Save" send={send} onCancel={onClose}>
        <Field
          label="Starts"
          name="startsAt"
          type="datetime-local"
          required
          defaultValue={localInput(at)}
        />
      </Form>
    </Dialog>
  );
}
