//! What others see of this device.

import { useSnapshot } from '@housecall/react';
import { useVideo } from './use-video';

const CORNER = 'absolute top-2 right-2 aspect-[4/3] w-28 sm:w-48';
const TILE = 'relative min-h-0';

/** A picture of oneself, or the word that there is none: in the corner of a
 *  conversation, among the others in a group. */
export function SelfView({ inCorner }: { inCorner: boolean }) {
  const preview = useSnapshot((it) => it.media.preview);
  const screen = useSnapshot((it) => it.media.screen);
  const audio = useSnapshot((it) => it.media.audio);
  const { ref } = useVideo(preview);
  const words = [
    !inCorner && 'You',
    preview === null && 'Camera off',
    !audio && 'You are muted',
  ].filter(Boolean);
  return (
    <section
      aria-label="You"
      className={`flex flex-col items-center justify-center overflow-hidden rounded-card border border-stage-line bg-stage-raised ${inCorner ? CORNER : TILE}`}
    >
      <video
        ref={ref}
        autoPlay
        playsInline
        muted
        // A camera shows oneself as in a mirror; a screen has to stay readable.
        className={`absolute inset-0 size-full object-cover ${preview === null ? 'hidden' : ''} ${screen ? '' : '-scale-x-100'}`}
      />
      {words.length > 0 && (
        <p
          className={`relative px-2 text-center ${preview === null ? '' : 'mt-auto w-full bg-stage/85'}`}
        >
          {words.join('. ')}
        </p>
      )}
    </section>
  );
}
