//! The sounds of the house, made on the spot: two notes again and again for an
//! incoming call, one soft note for what can wait, two soft ones for a recording.

import { useEffect } from 'react';

/** Every so often it rings again, in milliseconds. */
const AGAIN = 3_000;

/** Two notes a fourth apart, in hertz. */
const NOTES = [587.33, 783.99] as const;

/** How loud a note gets, of 1. */
const LOUD = 0.2;
const SOFT = 0.08;

/** The next soft note comes this long after, in seconds. */
const AFTER = 0.25;

/** How long a note sounds, in milliseconds. */
const NOTE_TAKES = 1_000;

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

/** One soft note, once, where the browser can. */
export function chime(): void {
  softly([NOTES[0]]);
}

/** What can become of a recording. */
export type Turn = 'start' | 'pause' | 'stop';

/** Up when a recording starts, level when it pauses, down when it stops. */
const TURNS: Record<Turn, readonly number[]> = {
  start: NOTES,
  pause: [NOTES[0], NOTES[0]],
  stop: [NOTES[1], NOTES[0]],
};

/** Two soft notes, once, where the browser can. */
export function cue(turn: Turn): void {
  softly(TURNS[turn]);
}

function softly(notes: readonly number[]): void {
  if (!('AudioContext' in window)) return;
  const context = new AudioContext();
  notes.forEach((note, place) => strike(context, note, place * AFTER, SOFT));
  setTimeout(() => void context.close(), NOTE_TAKES + (notes.length - 1) * AFTER * 1_000);
}

function strike(context: AudioContext, frequency: number, after: number, loudness = LOUD): void {
  const start = context.currentTime + after;
  const tone = context.createOscillator();
  const volume = context.createGain();
  tone.frequency.value = frequency;
  volume.gain.setValueAtTime(0, start);
  volume.gain.linearRampToValueAtTime(loudness, start + 0.03);
  volume.gain.exponentialRampToValueAtTime(0.001, start + 0.9);
  tone.connect(volume).connect(context.destination);
  tone.start(start);
  tone.stop(start + NOTE_TAKES / 1_000);
}
