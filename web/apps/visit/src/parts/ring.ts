//! The sound of an incoming call: two soft notes, made on the spot.

import { useEffect } from 'react';

/** Every so often it rings again, in milliseconds. */
const AGAIN = 3_000;

/** Two notes a fourth apart, in hertz. */
const NOTES = [587.33, 783.99];

/** Rings until the returned function is called. */
export function ring(make: () => AudioContext = () => new AudioContext()): () => void {
  const context = make();
  const play = () => NOTES.forEach((note, place) => strike(context, note, place * 0.45));
  play();
  const timer = setInterval(play, AGAIN);
  return () => {
    clearInterval(timer);
    void context.close();
  };
}

/** Rings while a call comes in. */
export function useRing(active: boolean): void {
  useEffect(() => (active && 'AudioContext' in window ? ring() : undefined), [active]);
}

function strike(context: AudioContext, frequency: number, after: number): void {
  const start = context.currentTime + after;
  const tone = context.createOscillator();
  const volume = context.createGain();
  tone.frequency.value = frequency;
  volume.gain.setValueAtTime(0, start);
  volume.gain.linearRampToValueAtTime(0.2, start + 0.03);
  volume.gain.exponentialRampToValueAtTime(0.001, start + 0.9);
  tone.connect(volume).connect(context.destination);
  tone.start(start);
  tone.stop(start + 1);
}
