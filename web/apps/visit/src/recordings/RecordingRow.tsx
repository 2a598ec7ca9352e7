//! One recording in the library.

import type { RecordingView, User } from '../rest';
import { ButtonLink } from '../ui/Button';
import { duration, list, moment, notToWatch, recordingStatus, recordingTitle } from '../words';
import { AskToSee } from './AskToSee';
import { Poster } from './Poster';

/** What it is of, who is in it, how long, how it stands; and the way to it. */
export function RecordingRow({ recording, user }: { recording: RecordingView; user: User }) {
  const { id, startedAt, people, may } = recording;
  const title = recordingTitle(recording, user.id);
  const seconds = Math.round(recording.duration ?? 0);
  const facts = [
    recordingStatus(recording),
    seconds > 0 && duration(seconds),
    recording.onHold && 'Kept until it is released',
  ].filter((it) => it !== false);
  const way = notToWatch(recording) === undefined ? 'Watch' : 'Details';
  const when = <time dateTime={startedAt}>{moment(startedAt)}</time>;
  return (
    <li className="flex flex-wrap items-center gap-4 rounded-card border border-hairline bg-white p-4">
      <Poster recording={recording} />
      <div className="mr-auto min-w-0 flex-1 basis-60 break-words">
        <p className="text-lg font-semibold">{title}</p>
        <p className="text-muted">
          {when} · {facts.join(' · ')}
        </p>
        {people.length > 0 && (
          <p className="text-muted">With {list(people.map((it) => it.name))}</p>
        )}
      </div>
      <div className="flex flex-wrap gap-3">
        {!may.watch && may.ask && <AskToSee recording={recording} title={title} />}
        <ButtonLink to={`/recordings/${id}`} aria-label={`${way}: ${title}, ${moment(startedAt)}`}>
          {way}
        </ButtonLink>
      </div>
    </li>
  );
}
