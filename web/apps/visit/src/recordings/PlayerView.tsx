//! Where a recording is watched.

import { useEffect } from 'react';
import type { RecordingDetail } from '../rest';
import { Button } from '../ui/Button';
import { Problem } from '../ui/Problem';
import { chapter, clock } from '../words';
import { usePoster } from './Poster';
import type { Player } from './use-player';

/** A still and the way to begin; then the picture with the browser's own controls. */
export function PlayerView({ recording, player }: { recording: RecordingDetail; player: Player }) {
  const poster = usePoster(recording);
  const { source, element, pending, error, mediaProps } = player;
  useEffect(() => {
    // The button that was pressed has gone.
    if (source !== undefined && document.activeElement === document.body) element.current?.focus();
  }, [source, element]);
  return (
    <div className="flex flex-col gap-3">
      <div className="relative flex aspect-video items-center justify-center overflow-hidden rounded-card bg-stage">
        {source === undefined ? (
          <>
            {poster !== undefined && (
              <img src={poster} alt="" className="absolute inset-0 size-full object-contain" />
            )}
            <Button
              purpose="primary"
              className="relative"
              aria-busy={pending}
              onClick={() => player.playFrom(0)}
            >
              Watch the recording
            </Button>
          </>
        ) : (
          <video
            key={source.attempt}
            ref={element}
            src={source.url}
            poster={poster}
            controls
            autoPlay
            playsInline
            tabIndex={0}
            aria-label="The recording"
            className="size-full"
            {...mediaProps}
          />
        )}
      </div>
      <Problem error={error} />
      {error !== null && (
        <Button aria-busy={pending} onClick={() => player.again()}>
          Try again
        </Button>
      )}
    </div>
  );
}

/** The moments one may want to go to. */
export function Chapters({ recording, player }: { recording: RecordingDetail; player: Player }) {
  const { chapters } = recording;
  const now =
    player.source && chapters.findLastIndex((it) => Math.floor(it.seconds) <= player.seconds);
  if (chapters.length === 0) return <p>Nothing happened that one could go to.</p>;
  return (
    <ol className="flex flex-col">
      {chapters.map((it, place) => (
        <li key={`${it.kind} ${it.at} ${it.userId ?? ''}`}>
          <button
            type="button"
            aria-current={place === now ? 'true' : undefined}
            onClick={() => player.playFrom(it.seconds)}
            className="flex min-h-12 w-full items-center gap-4 rounded-card px-3 py-1 text-left hover:bg-white aria-[current]:font-semibold"
          >
            <span className="tabular-nums underline underline-offset-4">
              {clock(Math.floor(it.seconds))}
            </span>
            {chapter(it)}
          </button>
        </li>
      ))}
    </ol>
  );
}
