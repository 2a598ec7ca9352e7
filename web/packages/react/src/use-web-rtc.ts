import type { Snapshot, WebRTCManager } from '@housecall/client';
import { useManager } from './context';
import { useSnapshot } from './use-snapshot';

/** What {@link useWebRTC} gives: everything there is to show and to do. */
export type WebRTC = Snapshot & {
  actions: Pick<
    WebRTCManager,
    | 'start'
    | 'schedule'
    | 'answer'
    | 'decline'
    | 'cancel'
    | 'join'
    | 'arrive'
    | 'admit'
    | 'admitAll'
    | 'turnAway'
    | 'remove'
    | 'lock'
    | 'setDoor'
    | 'setHost'
    | 'askToMute'
    | 'raiseHand'
    | 'react'
    | 'leave'
    | 'end'
    | 'hangUp'
    | 'consentToRecording'
    | 'say'
    | 'retry'
    | 'markRead'
    | 'toggleMicrophone'
    | 'toggleCamera'
    | 'startScreenShare'
    | 'stopScreenShare'
  >;
};

/** Everything at once, for a page that wants one hook. Renders at every
 *  change; the small hooks render less.
 *
 *  @example
 *  const { current, peers, media, actions } = useWebRTC();
 *  return <button onClick={() => actions.toggleMicrophone()}>{media.audio ? 'Mute' : 'Unmute'}</button>;
 */
export function useWebRTC(): WebRTC {
  const actions = useManager();
  const snapshot = useSnapshot((it) => it);
  return { ...snapshot, actions };
}
