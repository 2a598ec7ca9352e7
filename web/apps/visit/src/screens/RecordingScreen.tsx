//! One recording: to watch, to look up, to keep, to delete.

import type { ReactNode } from 'react';
import { useParams } from 'react-router';
import { Page } from '../parts/Page';
import { Actions } from '../recordings/Actions';
import { AskToSee } from '../recordings/AskToSee';
import { Chapters, PlayerView } from '../recordings/PlayerView';
import { AccessLog, ConsentRecord, WatchRequests } from '../recordings/Records';
import { usePlayer } from '../recordings/use-player';
import { useRecordingDetail } from '../recordings/use-recordings';
import type { RecordingDetail, User } from '../rest';
import { ButtonLink } from '../ui/Button';
import { Problem } from '../ui/Problem';
import { Section } from '../ui/Section';
import {
  duration,
  fileSize,
  list,
  moment,
  notToWatch,
  recordingStatus,
  recordingTitle,
} from '../words';

/** The recording that the address names. */
export default function RecordingScreen({ user }: { user: User }) {
  const { recordingId = '' } = useParams();
  const { data, error, isPending } = useRecordingDetail(recordingId);
  const title = data === undefined ? 'Recording' : recordingTitle(data, user.id);
  return (
    <Page title={title} user={user} key={recordingId}>
      {isPending && <p className="text-muted">Looking up the recording.</p>}
      <Problem error={error} />
      {data && <Known recording={data} title={title} />}
      <ButtonLink to="/recordings" className="mt-4">
        All recordings
      </ButtonLink>
    </Page>
  );
}

function Known({ recording, title }: { recording: RecordingDetail; title: string }) {
  const player = usePlayer(recording.id);
  const { startedAt, may } = recording;
  const why = notToWatch(recording);
  return (
    <>
      <p className="mb-4 text-muted">
        <time dateTime={startedAt}>{moment(startedAt)}</time>
      </p>
      <div role="status">{why !== undefined && <p className="mb-4">{why}</p>}</div>
      {!may.watch && may.ask && (
        <div className="mb-8">
          <AskToSee recording={recording} title={title} />
        </div>
      )}
      {why === undefined && (
        <>
          <div className="mb-8">
            <PlayerView recording={recording} player={player} />
          </div>
          <Section title="Go to">
            <Chapters recording={recording} player={player} />
          </Section>
        </>
      )}
      <Actions recording={recording} />
      <Details recording={recording} />
      <ConsentRecord recording={recording} />
      <WatchRequests recording={recording} />
      {recording.requests !== undefined && <AccessLog id={recording.id} />}
    </>
  );
}

function Details({ recording }: { recording: RecordingDetail }) {
  const { startedBy, people, duration: seconds = 0, fileSize: bytes } = recording;
  return (
    <Section title="Details">
      <dl className="grid gap-x-6 gap-y-2 sm:grid-cols-[auto_1fr]">
        <Fact name="How it stands">{recordingStatus(recording)}</Fact>
        <Fact name="Recorded by">{startedBy.name}</Fact>
        {people.length > 0 && <Fact name="People">{list(people.map((it) => it.name))}</Fact>}
        {seconds > 0 && <Fact name="Length">{duration(Math.round(seconds))}</Fact>}
        {bytes !== undefined && <Fact name="Size">{fileSize(bytes)}</Fact>}
        <Kept recording={recording} />
      </dl>
    </Section>
  );
}

function Kept({ recording }: { recording: RecordingDetail }) {
  const { onHold, holdReason, expiresAt, status } = recording;
  if (status === 'destroyed') return null;
  if (onHold) {
    return (
      <Fact name="Kept">
        Until it is released.{holdReason !== undefined && ` The reason: ${holdReason}`}
      </Fact>
    );
  }
  return expiresAt === undefined ? null : <Fact name="Kept until">{moment(expiresAt)}</Fact>;
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <dt className="font-semibold">{name}</dt>
      <dd className="min-w-0 break-words">{children}</dd>
    </>
  );
}
