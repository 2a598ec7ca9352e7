import { HousecallError } from '@housecall/client';
import { useAction } from '@housecall/react';
import { useRef, useState } from 'react';
import { tryMedia, watchRecording } from '../rest';
import { useSessionStore } from '../session/session-context';

/** Where it is played from, and from which moment on. */
interface Source {
  url: string;
  at: number;
  /** Each permission to watch makes a new player. */
  attempt: number;
}

const CANNOT_PLAY = {
  code: 'cannot_play',
  message: 'This browser cannot play the recording. Please try another one, or a newer version.',
};

/** Playing a recording. Nothing of it is asked for before somebody wants to watch. */
export function usePlayer(id: string) {
  const { withToken } = useSessionStore();
  const element = useRef<HTMLVideoElement>(null);
  const [source, setSource] = useState<Source>();
  const [seconds, setSeconds] = useState(0);
  const mayTryAgain = useRef(true);
  const open = useAction(async (at: number) => {
    const { url } = await withToken((token) => watchRecording(token, id));
    setSource((before) => ({ url, at, attempt: (before?.attempt ?? 0) + 1 }));
  });
  // A player does not say why it gets nothing: the server is asked. A permission that
  // has expired is asked for once more.
  const recover = useAction(async () => {
    const why = await reason(source?.url ?? '');
    if (!mayTryAgain.current || why?.code === 'recording_damaged') {
      throw why ?? HousecallError.refused(CANNOT_PLAY);
    }
    mayTryAgain.current = false;
    await open.run(seconds);
  });
  return {
    source,
    element,
    /** Where it is, in whole seconds. */
    seconds,
    pending: open.pending || recover.pending,
    error: open.error ?? recover.error,
    /** Once more from where it failed. */
    again: () => void open.run(seconds),
    /** Plays from here on. */
    playFrom: (at: number) => {
      if (element.current === null) return void open.run(at);
      element.current.currentTime = at;
      void element.current.play().catch(() => undefined);
    },
    mediaProps: {
      onLoadedMetadata: () => {
        if (element.current !== null && source !== undefined) {
          element.current.currentTime = source.at;
        }
      },
      onPlaying: () => {
        mayTryAgain.current = true;
      },
      onTimeUpdate: () => setSeconds(Math.floor(element.current?.currentTime ?? 0)),
      onError: () => void recover.run(),
    },
  };
}

/** A player, as components share it. */
export type Player = ReturnType<typeof usePlayer>;

async function reason(url: string): Promise<HousecallError | undefined> {
  try {
    await tryMedia(url);
    return undefined;
  } catch (thrown) {
    return HousecallError.from(thrown);
  }
}
