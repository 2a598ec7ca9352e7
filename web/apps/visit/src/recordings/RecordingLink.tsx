import type { RecordingView } from '../rest';
import { ButtonLink, type Purpose } from '../ui/Button';

/** The way from a visit to what was recorded of it; nothing when nothing was. */
export function RecordingLink(props: {
  recordings: RecordingView[];
  of: string;
  purpose?: Purpose;
}) {
  const { recordings, of, purpose = 'plain' } = props;
  const [first, ...more] = recordings.filter((it) => it.status !== 'destroyed');
  if (first === undefined) return null;
  const search = `/recordings?call=${encodeURIComponent(first.callId)}`;
  const isOne = more.length === 0;
  return (
    <ButtonLink to={isOne ? `/recordings/${first.id}` : search} purpose={purpose}>
      {isOne ? 'Recording' : `${more.length + 1} recordings`}
      <span className="sr-only"> of {of}</span>
    </ButtonLink>
  );
}
