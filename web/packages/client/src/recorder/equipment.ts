//! What a browser brings to record and to keep: replaced in tests.

import type { Covered } from '../wire.gen';
import { settingsFor, type Tape } from './capture';
import { browserRoot, type Root } from './spool';
import type { Studio } from './studio';
import { browserLock, type Lock } from './upload';

/** What is recorded with. */
export interface Equipment {
  /** Makes one stream of everybody; nothing that is not covered is in it. */
  studio: (covers: Covered) => Promise<Studio>;
  /** Whether it can record as this. */
  records: (mediaType: string) => boolean;
  tape: (stream: MediaStream, mediaType: string) => Tape;
  root: Root;
  lock: Lock;
}

/** What this browser has. */
export const browserEquipment: Equipment = {
  studio: async (covers) => {
    // Most devices record nothing.
    const { openStudio } = await import('./studio');
    return openStudio(covers);
  },
  records: (mediaType) => globalThis.MediaRecorder?.isTypeSupported(mediaType) ?? false,
  tape: (stream, mediaType) => new MediaRecorder(stream, settingsFor(mediaType)),
  root: browserRoot,
  lock: browserLock,
};
