//! That a visit is recorded or is to be, by whom, and the way out of it.

import type { Call, RecordingRequest, RecordingState } from '@housecall/client';
import { useRecording, useSnapshot } from '@housecall/react';
import { useCallback, type RefObject } from 'react';
import { Button } from '../ui/Button';
import { Problem } from '../ui/Problem';
import { useNow } from '../ui/use-now';
import { clock, list, pausedUntil, recordedBy } from '../words';
import type { ConsentPanel } from './use-consent-panel';

/** A line that stays as long as there is a recording or a request for one; nothing
 *  without. When it goes, `next` takes the focus that was on its button. */
export function Recording(props: {
  call: Call;
  consent: ConsentPanel;
  next: RefObject<HTMLElement | null>;
}) {
  const { call, consent, next } = props;
  const me = useSnapshot((it) => it.you?.id);
  const { recording, request, pending, error, ...you } = useRecording(call.wire.id);
  const keepFocus = useCallback(
    (button: HTMLButtonElement) => () => {
      if (document.activeElement === button) next.current?.focus();
    },
    [next],
  );
  if (recording === undefined && request === undefined) return null;
  const { asked, isOpen, show } = consent;
  const isAsker = recording === undefined && request?.by === me;
  return (
    // Above the news, which must not hide it even for a moment.
    <div className="relative z-30 flex basis-full flex-wrap items-center gap-x-4 gap-y-2 bg-stage pt-2">
      {recording !== undefined ? (
        <Tape call={call} recording={recording} />
      ) : (
        request && <Request call={call} request={request} />
      )}
      {asked && !isOpen && (
        <Button ref={keepFocus} purpose="stage" onClick={() => show(true)}>
          {asked.declined ? 'Change my answer' : 'Read and answer'}
        </Button>
      )}
      {you.withdraw && !isAsker && (
        <Button
          ref={keepFocus}
          purpose="stage"
          aria-busy={pending}
          onClick={() => void you.withdraw?.()}
        >
          {recording === undefined ? 'Agree no longer' : 'Stop recording me'}
        </Button>
      )}
      <Problem error={error} />
    </div>
  );
}

function Tape({ call, recording }: { call: Call; recording: RecordingState }) {
  const you = useSnapshot((it) => it.you?.id);
  const { waitingFor } = useRecording(call.wire.id);
  const { paused, since } = recording;
  return (
    <p className="flex flex-wrap items-center gap-x-2">
      <Sign paused={paused} />
      <strong className="font-semibold">
        {paused ? `${pausedUntil(waitingFor, you)}.` : 'Recording'}
      </strong>
      <span>{recordedBy(call.wire, recording, you)}</span>
      <Elapsed since={since} />
    </p>
  );
}

/** A dot while it runs, two bars while it waits; drawn so that forced colours keep it. */
function Sign({ paused }: { paused: boolean }) {
  const look = paused
    ? 'h-4 w-3 border-x-4 border-stage-ink'
    : 'size-4 rounded-round border-8 border-hangup';
  return <span aria-hidden className={`shrink-0 ${look}`} />;
}

function Elapsed({ since }: { since: string }) {
  const now = useNow(1_000);
  const seconds = Math.max(0, Math.floor((now - Date.parse(since)) / 1_000));
  return (
    <span>
      <span className="sr-only">Recording since </span>
      <span role="timer" className="tabular-nums">
        {clock(seconds)}
      </span>
    </span>
  );
}

function Request({ call, request }: { call: Call; request: RecordingRequest }) {
  const you = useSnapshot((it) => it.you?.id);
  const { by, consented, declined, missing } = useRecording(call.wire.id);
  if (request.by === you) {
    const names = missing.filter((it) => it.id !== you).map((it) => it.name);
    const rest = names.length === 0 ? 'Everybody has agreed.' : `${list(names)} did not agree yet.`;
    return <p>You asked whether this visit may be recorded. {rest}</p>;
  }
  return (
    <p>
      {by?.name ?? 'Somebody'} asks whether this visit may be recorded.
      {consented && ' You agreed.'}
      {declined && ' You did not agree.'}
    </p>
  );
}
