//! Hooks for Housecall calls. State and button props, no looks.

export type { ButtonProps } from './button';
export { HousecallProvider, useManager } from './context';
export { useAction, type Action } from './use-action';
export { useAnnouncement } from './use-announcement';
export { useAnswer, type Answer } from './use-answer';
export { useCall } from './use-call';
export { useCallDuration } from './use-call-duration';
export { useCalls } from './use-calls';
export { useCameraToggle } from './use-camera-toggle';
export { useHangUp, type HangUp } from './use-hang-up';
export { useIncomingCalls } from './use-incoming-calls';
export { useJoin, type Join } from './use-join';
export { useMicrophoneToggle } from './use-microphone-toggle';
export { useParticipants, type Participant } from './use-participants';
export { usePeople } from './use-people';
export { useRecording, type Recording } from './use-recording';
export { useScreenShareToggle } from './use-screen-share-toggle';
export { useSnapshot } from './use-snapshot';
export { useStartCall, type StartCallAction } from './use-start-call';
export { type Toggle } from './use-toggle';
export { useWebRTC, type WebRTC } from './use-web-rtc';
