//! That a visit is recorded, by whom, and the way out of it.

import type { Call } from '@housecall/client';
import { useRecording, useSnapshot } from '@housecall/react';
import { useCallback, type RefObject } from 'react';
import { Button } from '../ui/Button';
import { Problem } from '../ui/Problem';
import { recordedBy } from '../words';

/** A line that stays as long as the recording runs; nothing without one. When
 *  it goes, `next` takes the focus that was on its button. */
export function Recording(props: { call: Call; next: RefObject<HTMLElement | null> }) {
  const { call, next } = props;
  const you = useSnapshot((it) => it.you?.id);
  const { recording, withdraw, pending, error } = useRecording(call.wire.id);
  const keepFocus = useCallback(
    (button: HTMLButtonElement) => () => {
      if (document.activeElement === button) next.current?.focus();
    },
    [next],
  );
  if (recording === undefined) return null;
  return (
    // Above the news, which must not hide it even for a moment.
    <div className="relative z-30 flex basis-full flex-wrap items-center gap-x-4 gap-y-2 bg-stage pt-2">
      <p className="flex items-center gap-2">
        <span
          aria-hidden
          className="size-3 shrink-0 rounded-round border-2 border-hangup bg-hangup"
        />
        {recordedBy(call.wire, recording, you)}
      </p>
      {withdraw && (
        <Button
          ref={keepFocus}
          purpose="stage"
          aria-busy={pending}
          onClick={() => void withdraw()}
        >
          Stop recording me
        </Button>
      )}
      <Problem error={error} />
    </div>
  );
}
