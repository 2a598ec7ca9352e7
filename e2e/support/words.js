//! The same news in the words of each vocabulary, as `Visitor.hears` takes it.

/** @typedef {[word: string, fields?: object]} Words */

/** @type {Record<string, (userId: string) => Words>} */
const LEFT = {
  consultation: (userId) => ['consultation:user_left', { userId }],
  rtc: (userId) => ['user-left', { userId }],
  call: (userId) => ['participant-left', { userId }],
  live: () => ['call:ended'],
  meeting: (userId) => ['userLeft', { userId }],
  contact: () => ['call_ended'],
  native: (user) => ['event', { event: { type: 'left', user } }],
};

/** @type {Record<string, Words>} */
const OVER = {
  consultation: ['consultation:session_ended'],
  rtc: ['room-ended'],
  call: ['call-ended'],
  live: ['call:ended'],
  meeting: ['room_ended'],
  contact: ['call_ended'],
  native: ['event', { event: { type: 'ended' } }],
};

/** @type {Record<string, (userId: string) => Words>} */
const MUTED = {
  rtc: (userId) => ['user-media-state-changed', { userId, audio: false, video: true }],
  call: (userId) => ['participant-media-updated', { userId, audioEnabled: false, videoEnabled: true }],
  meeting: (userId) => ['user_media_changed', { userId, micEnabled: false, cameraEnabled: true }],
  native: (user) => [
    'event',
    { event: { type: 'mediaChanged', user, media: { audio: false, video: true } } },
  ],
};

/** @type {Record<string, (userId: string, text: string) => Words>} */
const SAID = {
  rtc: (userId, message) => ['chat-message', { userId, message }],
  meeting: (userId, msg) => ['newMessage', { userId, msg }],
};

/** That somebody has left. */
export const left = (/** @type {string} */ vocabulary, /** @type {string} */ userId) =>
  LEFT[kind(vocabulary)](userId);

/** That somebody has left, or that it is over for all: either will do. */
export const gone = (/** @type {string} */ vocabulary, /** @type {string} */ userId) =>
  [left(vocabulary, userId), OVER[kind(vocabulary)]];

/** That somebody has turned their microphone off. */
export const muted = (/** @type {string} */ vocabulary, /** @type {string} */ userId) =>
  MUTED[kind(vocabulary)](userId);

/** That somebody has written something. */
export const said = (/** @type {string} */ vocabulary, /** @type {string} */ userId, /** @type {string} */ text) =>
  SAID[kind(vocabulary)](userId, text);

/** The vocabulary without the kind of its client. */
function kind(/** @type {string} */ vocabulary) {
  return vocabulary.split(',')[0];
}
