//! Somebody else in the room.

import type { Participant } from '@housecall/react';
import { conditions } from '../room/conditions';
import { Button } from '../ui/Button';
import { useVideo } from './use-video';

/** Their picture and sound, their name, and what they do not send, in words. */
export function RemoteTile({ participant }: { participant: Participant }) {
  const { person, media, peer } = participant;
  const { ref, blocked, play } = useVideo(peer?.stream ?? null);
  const hasPicture = media.video || media.screen === true;
  const fit = media.screen === true ? 'object-contain' : 'object-cover';
  return (
    <section
      aria-label={person.name}
      className="relative flex min-h-0 flex-col items-center justify-center gap-3 overflow-hidden rounded-card border border-stage-line bg-black"
    >
      <video
        ref={ref}
        data-remote={person.id}
        autoPlay
        playsInline
        className={`absolute inset-0 size-full ${fit} ${hasPicture ? '' : 'opacity-0'}`}
      />
      {blocked && (
        <Button purpose="stage" className="relative" onClick={play}>
          Turn on sound and picture
        </Button>
      )}
      <Caption participant={participant} overPicture={hasPicture} />
    </section>
  );
}

const OVER_PICTURE = 'absolute bottom-2 left-2 max-w-[calc(100%-1rem)]';
const ALONE = 'relative justify-center px-2 *:first:text-xl';

function Caption(props: { participant: Participant; overPicture: boolean }) {
  const { participant, overPicture } = props;
  const words = [participant.person.name, ...conditions(participant)];
  return (
    <ul className={`flex flex-wrap items-center gap-2 ${overPicture ? OVER_PICTURE : ALONE}`}>
      {words.map((word) => (
        <li key={word} className="rounded-card bg-stage/85 px-3 py-1">
          {word}
        </li>
      ))}
    </ul>
  );
}
