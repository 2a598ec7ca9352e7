//! One message.

import type { CallState, ChatMessage } from '@housecall/client';
import { useAction, useSnapshot } from '@housecall/react';
import { getFile } from '../rest';
import { useSessionStore } from '../session/session-context';
import { Button } from '../ui/Button';
import { Problem } from '../ui/Problem';
import { save } from '../ui/save';
import { list, nameOf, time } from '../words';

/** Who wrote what, when and to whom; and what became of it, if it is not sent. */
export function ChatLine(props: {
  wire: CallState;
  message: ChatMessage;
  onRetry: (key: string) => unknown;
}) {
  const { wire, message, onRetry } = props;
  const you = useSnapshot((it) => it.you?.id);
  const { seq, key, at, user, failed, file } = message;
  const nameFor = (id: string) => (id === you ? 'you' : nameOf(wire, id));
  const author = user === you ? 'You' : nameOf(wire, user);
  return (
    <div className="rounded-card border border-hairline bg-white p-3">
      <p className="text-muted">
        <span className="font-semibold text-ink">{author}</span>
        {message.to.length > 0 && ` to ${list(message.to.map(nameFor))} only`} ·{' '}
        <time dateTime={at}>{time(new Date(at))}</time>
        {seq === null && failed === undefined && ' · Sending'}
      </p>
      <p className="break-words whitespace-pre-wrap">{message.message}</p>
      {file && <File room={wire.id} file={file} />}
      <Problem error={failed} />
      {failed && key !== undefined && (
        <Button className="mt-2" onClick={() => onRetry(key)}>
          Send again
        </Button>
      )}
    </div>
  );
}

function File({ room, file }: { room: string; file: NonNullable<ChatMessage['file']> }) {
  const { withToken } = useSessionStore();
  const { run, pending, error } = useAction(async () => {
    save(await withToken((token) => getFile(token, room, file.id)), file.name);
  });
  return (
    <>
      <Button className="mt-2 break-all" aria-busy={pending} onClick={() => void run()}>
        Download {file.name} ({size(file.bytes)})
      </Button>
      <Problem error={error} />
    </>
  );
}

function size(bytes: number): string {
  return bytes < 1_000_000
    ? `${Math.max(1, Math.round(bytes / 1_000))} KB`
    : `${(bytes / 1_000_000).toFixed(1)} MB`;
}
