//! A video element that plays a stream.

import { useCallback, useEffect, useRef, useState, type RefObject } from 'react';

/** What it takes to play a stream. */
export interface VideoPlayer {
  ref: RefObject<HTMLVideoElement | null>;
  /** The browser wants a click before it plays sound, as after a reload. */
  blocked: boolean;
  play: () => void;
}

/** Plays `stream` in the element that `ref` is given to. */
export function useVideo(stream: MediaStream | null): VideoPlayer {
  const ref = useRef<HTMLVideoElement>(null);
  const [blocked, setBlocked] = useState(false);
  const play = useCallback(() => {
    ref.current?.play().then(
      () => setBlocked(false),
      // A stream that is replaced meanwhile is no reason to ask for a click.
      (error: unknown) => setBlocked(isNotAllowed(error)),
    );
  }, []);
  useEffect(() => {
    if (ref.current === null) return;
    ref.current.srcObject = stream;
    if (stream !== null) play();
  }, [stream, play]);
  return { ref, blocked, play };
}

function isNotAllowed(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'NotAllowedError';
}
