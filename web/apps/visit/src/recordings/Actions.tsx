//! What may be done with a recording besides watching it.

import { useAction } from '@housecall/react';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import {
  deleteRecording,
  downloadRecording,
  holdRecording,
  releaseRecording,
  type RecordingDetail,
  type RecordingView,
} from '../rest';
import { useSessionStore } from '../session/session-context';
import { Button } from '../ui/Button';
import { Confirm } from '../ui/Confirm';
import { Dialog } from '../ui/Dialog';
import { Field } from '../ui/Field';
import { Form, type Text } from '../ui/Form';
import { Problem } from '../ui/Problem';
import { save } from '../ui/save';

/** What may be done with what is gone. */
const NOTHING = { watch: false, download: false, delete: false, hold: false, ask: false };

type Asked = 'hold' | 'release' | 'delete';

/** A reason has at most this many characters. */
const MOST = 500;

/** Only what this person may do is there. */
export function Actions({ recording }: { recording: RecordingDetail }) {
  const { may, onHold } = recording;
  const [asked, setAsked] = useState<Asked>();
  return (
    <div className="mb-8 flex flex-wrap gap-3 empty:hidden">
      {may.download && <Download recording={recording} />}
      {may.hold && !onHold && (
        <Button onClick={() => setAsked('hold')}>Keep it beyond its time</Button>
      )}
      {may.hold && onHold && <Button onClick={() => setAsked('release')}>Release it</Button>}
      {may.delete && (
        <Button purpose="danger" onClick={() => setAsked('delete')}>
          Delete it
        </Button>
      )}
      <Opened asked={asked} recording={recording} onClose={() => setAsked(undefined)} />
    </div>
  );
}

function Opened(props: {
  asked: Asked | undefined;
  recording: RecordingDetail;
  onClose: () => void;
}) {
  const { asked, recording, onClose } = props;
  switch (asked) {
    case 'hold':
      return <Hold id={recording.id} onClose={onClose} />;
    case 'release':
      return <Release id={recording.id} onClose={onClose} />;
    case 'delete':
      return <Delete id={recording.id} onClose={onClose} />;
    case undefined:
      return null;
  }
}

function Download({ recording }: { recording: RecordingDetail }) {
  const { withToken } = useSessionStore();
  const { id, mediaType = '', startedAt } = recording;
  const { run, pending, error } = useAction(async () => {
    const ending = mediaType.includes('mp4') ? 'mp4' : 'webm';
    const file = await withToken((token) => downloadRecording(token, id));
    save(file, `recording-${startedAt.slice(0, 10)}.${ending}`);
  });
  return (
    <>
      <Button aria-busy={pending} onClick={() => void run()}>
        {pending ? 'Downloading' : 'Download'}
      </Button>
      <Problem error={error} />
    </>
  );
}

/** To look a recording up again would be noted down: what changed is put in its place. */
function useChange(id: string) {
  const queries = useQueryClient();
  return async (change: Partial<RecordingView>) => {
    queries.setQueryData<RecordingDetail>(['recordings', id], (it) => it && { ...it, ...change });
    await queries.invalidateQueries({ queryKey: ['recordings', 'library'] });
    await queries.invalidateQueries({ queryKey: ['recordings', id, 'accesses'] });
  };
}

function Hold({ id, onClose }: { id: string; onClose: () => void }) {
  const { withToken } = useSessionStore();
  const change = useChange(id);
  const send = async (text: Text) => {
    await change(await withToken((token) => holdRecording(token, id, text('reason'))));
    onClose();
  };
  return (
    <Dialog title="Keep this recording beyond its time?" onClose={onClose}>
      <Form submit="Keep it" send={send} onCancel={onClose}>
        <p>It is neither deleted by itself nor by anybody before it is released.</p>
        <Field
          label="Reason"
          name="reason"
          required
          maxLength={MOST}
          hint="Whoever may watch it reads this."
        />
      </Form>
    </Dialog>
  );
}

function Release({ id, onClose }: { id: string; onClose: () => void }) {
  const { withToken } = useSessionStore();
  const change = useChange(id);
  const release = async () => change(await withToken((token) => releaseRecording(token, id)));
  return (
    <Confirm
      title="Release this recording?"
      yes="Release it"
      no="Keep it"
      act={release}
      onClose={onClose}
    >
      <p>It is deleted when its time is over. If that has passed, it is deleted soon.</p>
    </Confirm>
  );
}

function Delete({ id, onClose }: { id: string; onClose: () => void }) {
  const { withToken } = useSessionStore();
  const change = useChange(id);
  const [reason, setReason] = useState('');
  const destroy = async () => {
    const why = reason.trim();
    await withToken((token) => deleteRecording(token, id, why === '' ? undefined : why));
    await change({ status: 'destroyed', may: NOTHING });
  };
  return (
    <Confirm
      title="Delete this recording for good?"
      yes="Yes, delete it"
      no="Keep it"
      act={destroy}
      onClose={onClose}
    >
      <p className="mb-4">
        Its key is destroyed at once: nobody can watch it any more, from no copy, and nothing brings
        it back. That it was there, who agreed and who has seen it stays known.
      </p>
      <Field
        label="Reason"
        maxLength={MOST}
        hint="May stay empty."
        value={reason}
        onChange={(event) => setReason(event.target.value)}
      />
    </Confirm>
  );
}
