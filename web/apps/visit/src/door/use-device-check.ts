//! Whether the microphone, the camera and the connection are good for a visit.

import {
  LocalMedia,
  type Connection,
  type DeviceCheck,
  type Verdict,
  type Wanted,
} from '@housecall/client';
import { useSnapshot } from '@housecall/react';
import { useCallback, useEffect, useState } from 'react';
import type { KeepFor } from '../check/arrival';
import { useKeptReport, useQuietCheck } from '../check/use-quiet-check';

/** What was found. */
interface Found {
  microphone: Verdict;
  camera: Verdict;
  /** What the camera sees. */
  preview: MediaStream | null;
  /** What the microphone hears. */
  sound: MediaStreamTrack | null;
}

/** A check and its result. */
export interface Checked extends Pick<Found, 'preview' | 'sound'> {
  check: DeviceCheck;
  /** The browser may be asking the person right now. */
  pending: boolean;
  /** The server is there, but media finds no way. */
  isClosed: boolean;
  /** Looks once more, after something was plugged in or allowed. */
  again: () => void;
}

const NOTHING: Found = { microphone: 'unknown', camera: 'unknown', preview: null, sound: null };

/** Opens the devices as long as it is mounted, tries the connection, and says how
 *  they do; keeps it for others if `keepFor` says for whom. */
export function useDeviceCheck(keepFor?: KeepFor): Checked {
  const [time, setTime] = useState(0);
  const [found, setFound] = useState<Found>();
  const toServer = useSnapshot((it) => verdictOn(it.connection));
  const { verdict: media = 'works', report } = useQuietCheck(time);
  useEffect(() => {
    let gone = false;
    const media = new LocalMedia();
    const done = inspect(media).then((it) => {
      if (gone) media.close();
      else setFound(it);
    });
    return () => {
      gone = true;
      // Closing while the browser still asks would leave a device open.
      void done.then(() => media.close());
    };
  }, [time]);
  const again = useCallback(() => {
    setFound(undefined);
    setTime((it) => it + 1);
  }, []);
  const { microphone, camera, preview, sound } = found ?? NOTHING;
  useKeptReport(report, { microphone, camera }, keepFor);
  const check = { microphone, camera, connection: worst(toServer, media) };
  const isClosed = toServer === 'works' && media === 'blocked';
  return { check, pending: found === undefined, isClosed, preview, sound, again };
}

async function inspect(media: LocalMedia): Promise<Found> {
  await media.open({ audio: true, video: true });
  const microphone = await verdict(media, { audio: true, video: false });
  const camera = await verdict(media, { audio: false, video: true });
  return { microphone, camera, preview: media.getSnapshot().preview, sound: media.tracks.audio };
}

/** Opens one device alone, if it is not open yet: only then it is known which
 *  of them was refused, and why. */
async function verdict(media: LocalMedia, one: Wanted): Promise<Verdict> {
  await media.open(one);
  const { audio, video, problem } = media.getSnapshot();
  if (one.audio ? audio : video) return 'works';
  return problem?.reason === 'no-device' ? 'missing' : 'blocked';
}

const WORSE: readonly Verdict[] = ['works', 'unknown', 'missing', 'blocked'];

function worst(one: Verdict, other: Verdict): Verdict {
  return WORSE.indexOf(one) > WORSE.indexOf(other) ? one : other;
}

function verdictOn(connection: Connection): Verdict {
  if (connection === 'online') return 'works';
  return connection === 'offline' ? 'blocked' : 'unknown';
}
