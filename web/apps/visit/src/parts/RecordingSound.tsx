import { isInRoom, type Snapshot } from '@housecall/client';
import { useSnapshot } from '@housecall/react';
import { useEffect, useRef } from 'react';
import { cue, type Turn } from './ring';

/** Two soft notes whenever the call this device is in begins to be recorded, pauses
 *  or is recorded no more. */
export function RecordingSound() {
  const callId = useSnapshot((it) => it.current);
  const tape = useSnapshot(tapeOf);
  const before = useRef({ callId, tape: null as Tape });
  useEffect(() => {
    const was = before.current.callId === callId ? before.current.tape : null;
    before.current = { callId, tape };
    const turn = turnOf(was, tape);
    // Whoever leaves hears no more of it.
    if (turn !== undefined && callId !== null) cue(turn);
  }, [callId, tape]);
  return null;
}

type Tape = 'on-air' | 'paused' | null;

function tapeOf({ current, calls }: Snapshot): Tape {
  const call = calls.get(current ?? '');
  const recording = call?.wire.recording;
  // Whoever waits at the door is not recorded.
  if (call === undefined || recording === undefined || !isInRoom(call)) return null;
  return recording.paused ? 'paused' : 'on-air';
}

function turnOf(was: Tape, is: Tape): Turn | undefined {
  if (was === is) return undefined;
  if (is === 'on-air') return 'start';
  return is === 'paused' ? 'pause' : 'stop';
}
