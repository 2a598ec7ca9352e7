//! That the microphone hears something, to be seen.

import { useEffect, useState } from 'react';

/** How often the level is read, in milliseconds. */
const EVERY = 100;

/** A bar that moves while somebody speaks. */
export function MicrophoneLevel({ sound }: { sound: MediaStreamTrack }) {
  const level = useLevel(sound);
  return (
    <p className="flex flex-wrap items-center gap-3">
      <span aria-hidden>Say something. The bar moves when you are heard.</span>
      <meter
        aria-label="Microphone level"
        className="h-4 w-40 grow"
        min={0}
        max={100}
        value={level}
      />
    </p>
  );
}

function useLevel(sound: MediaStreamTrack): number {
  const [level, setLevel] = useState(0);
  useEffect(() => {
    if (!('AudioContext' in window)) return;
    const context = new AudioContext();
    const analyser = context.createAnalyser();
    context.createMediaStreamSource(new MediaStream([sound])).connect(analyser);
    const samples = new Float32Array(analyser.fftSize);
    const timer = setInterval(() => {
      analyser.getFloatTimeDomainData(samples);
      setLevel(loudness(samples));
    }, EVERY);
    return () => {
      clearInterval(timer);
      void context.close();
    };
  }, [sound]);
  return level;
}

/** 0 to 100: the root mean square, so scaled that plain speech fills half. */
function loudness(samples: Float32Array): number {
  const sum = samples.reduce((all, it) => all + it * it, 0);
  return Math.min(100, Math.round(Math.sqrt(sum / samples.length) * 500));
}
