//! One error type for everything that can go wrong: code branches on
//! `reason`, people read `message`.

import type { Problem } from './wire.gen';

/** Why something did not work, for code to branch on. */
export type Reason =
  /** The server said no; `code` says which no. */
  | 'refused'
  /** The server did not answer in time, or there is no connection to it. */
  | 'unreachable'
  /** The session is not valid any more: sign in again. */
  | 'signed-out'
  /** The person, or the browser for them, did not allow a device or the screen. */
  | 'not-allowed'
  /** There is no such device, or another program holds it. */
  | 'no-device';

/** What went wrong, as a sentence that says what to do. */
export class HousecallError extends Error {
  override readonly name = 'HousecallError';

  private constructor(
    readonly reason: Reason,
    message: string,
    /** The server's stable code, when the server said no. */
    readonly code?: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }

  /** The server answered with a typed no. */
  static refused(problem: Problem): HousecallError {
    const reason = SIGN_IN_AGAIN.has(problem.code) ? 'signed-out' : 'refused';
    return new HousecallError(reason, problem.message, problem.code);
  }

  /** No answer came. */
  static unreachable(cause?: unknown): HousecallError {
    const sentence = 'The connection to the server is interrupted. Please try again in a moment.';
    return new HousecallError('unreachable', sentence, undefined, { cause });
  }

  /** A microphone, a camera or the screen could not be had. */
  static device(what: DeviceKind, cause: unknown): HousecallError {
    if (cause instanceof HousecallError) return cause;
    const name = cause instanceof DOMException ? cause.name : '';
    if (name === 'NotAllowedError' || name === 'SecurityError') {
      return new HousecallError('not-allowed', NOT_ALLOWED[what], undefined, { cause });
    }
    return new HousecallError('no-device', NO_DEVICE[what], undefined, { cause });
  }

  /** The page came without TLS, so the browser hands out no devices at all. */
  static insecurePage(): HousecallError {
    const sentence =
      'Your browser gives the microphone and the camera to secure pages only. ' +
      'Open this page with an address that begins with https.';
    return new HousecallError('not-allowed', sentence);
  }

  /** WebRTC is switched off, or the browser is older than it. */
  static withoutCalls(): HousecallError {
    const sentence =
      'This browser cannot make calls: they are switched off in it, or it is too old. ' +
      'Please try another browser.';
    return new HousecallError('not-allowed', sentence);
  }

  /** There is no recorder in this browser, or none for what is to be recorded. */
  static withoutRecorder(): HousecallError {
    const sentence =
      'This browser cannot record. Please record with a current version of another browser.';
    return new HousecallError('not-allowed', sentence);
  }

  /** Browsers let a page make sound only after somebody has touched it. */
  static untouchedPage(): HousecallError {
    const sentence =
      'Your browser waits for a sign from you before it records. Click anywhere on this page.';
    return new HousecallError('not-allowed', sentence);
  }

  /** Whatever was thrown, as one of us. */
  static from(thrown: unknown): HousecallError {
    return thrown instanceof HousecallError ? thrown : HousecallError.unreachable(thrown);
  }
}

/** What a person can be asked for. */
export type DeviceKind = 'microphone' | 'camera' | 'screen';

const SIGN_IN_AGAIN: ReadonlySet<string> = new Set([
  'token_missing',
  'token_expired',
  'token_invalid',
  'user_disabled',
]);

const NOT_ALLOWED: Record<DeviceKind, string> = {
  microphone:
    'The microphone is blocked. Allow it in the address bar of your browser, then try again.',
  camera: 'The camera is blocked. Allow it in the address bar of your browser, then try again.',
  screen: 'Your screen is not shared. To share it, choose what to show when the browser asks.',
};

const NO_DEVICE: Record<DeviceKind, string> = {
  microphone:
    'No microphone could be used. Plug one in or close other programs that use it, then try again.',
  camera:
    'No camera could be used. Plug one in or close other programs that use it, then try again.',
  screen: 'This browser cannot share the screen. Try it on a computer with a current browser.',
};
