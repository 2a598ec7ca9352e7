//! Bad input in every vocabulary that is not our own: each gets an answer in the
//! words of that vocabulary, nobody else hears of it, and nothing has changed.
//!
//! The lines are those of transcripts (transcripts/README.md).

import { test } from 'node:test';
import { readStory } from './support/transcript.js';
import { Stage } from './support/transcript-player.js';

/**
 * @typedef {[name: string, said: string, ...answer: string[]]} Row bad input, and the
 *   lines that tell what comes of it
 * @typedef {{
 *   dialect: string, scene: string, rows: Row[], unchanged: string[], left: string, afterLeaving: Row[],
 * }} Table
 */

/** What is too large or too long for a line. */
const OVERSIZED = {
  hugeOffer: { type: 'offer', sdp: 'v=0\r\n'.repeat(14_000) },
  hugeAnswer: { type: 'answer', sdp: 'v=0\r\n'.repeat(14_000) },
  hugeCandidate: { candidate: 'candidate:1 '.repeat(500), sdpMid: '0', sdpMLineIndex: 0 },
  longId: 'x'.repeat(201),
  longText: 'x'.repeat(4_001),
};

/** @type {Table} */
const consultation = {
  dialect: 'consultation',
  scene: `
    people: patient pat, provider doc, patient eve
    appointment: $visit of pat with doc
    pat connects /
    doc connects /
    eve connects / {"dialect":"consultation"}
    doc ignores incoming_call, call-invitation
    pat says consultation:join {"sessionId":$visit}
    pat hears consultation:room_state {...}
    doc says consultation:join {"sessionId":$visit}
    doc hears consultation:room_state {...}
    pat hears consultation:user_joined {...}
    doc GET /api/appointments/$visit -> 200 $before`,
  rows: complaining('error {"message":text,...}', [
    ['an unknown event', 'pat says consultation:sing {"sessionId":$visit}'],
    ['a join with no body', 'pat says consultation:join'],
    ['a join with null', 'pat says consultation:join null'],
    ['a join with a number', 'pat says consultation:join 7'],
    ['a join with an empty object', 'pat says consultation:join {}'],
    ['a session that is an object', 'pat says consultation:join {"sessionId":{}}'],
    ['a session with a very long id', 'pat says consultation:join {"sessionId":$longId}'],
    ['an unknown session', 'pat says consultation:join {"sessionId":"nowhere"}'],
    ["somebody else's session", 'eve says consultation:join {"sessionId":$visit}'],
    ['an offer from outside', 'eve says consultation:offer {"sessionId":$visit,"offer":$offerC,"targetUserId":"pat"}'],
    ['an offer to nobody', 'pat says consultation:offer {"sessionId":$visit,"offer":$offerA}'],
    ['an offer to oneself', 'pat says consultation:offer {"sessionId":$visit,"offer":$offerA,"targetUserId":"pat"}'],
    ['an offer to who is not there', 'pat says consultation:offer {"sessionId":$visit,"offer":$offerA,"targetUserId":"eve"}'],
    ['an offer without a description', 'pat says consultation:offer {"sessionId":$visit,"targetUserId":"doc"}'],
    ['a description that is a text', 'pat says consultation:offer {"sessionId":$visit,"offer":"v=0","targetUserId":"doc"}'],
    ['an SDP that is a number', 'pat says consultation:answer {"sessionId":$visit,"answer":{"type":"answer","sdp":1},"targetUserId":"doc"}'],
    ['an offer of 70 kB', 'pat says consultation:offer {"sessionId":$visit,"offer":$hugeOffer,"targetUserId":"doc"}'],
    ['an answer of 70 kB', 'pat says consultation:answer {"sessionId":$visit,"answer":$hugeAnswer,"targetUserId":"doc"}'],
    ['a candidate of 6 kB', 'pat says consultation:ice-candidate {"sessionId":$visit,"candidate":$hugeCandidate,"targetUserId":"doc"}'],
    ['a candidate that is a list', 'pat says consultation:ice-candidate {"sessionId":$visit,"candidate":[],"targetUserId":"doc"}'],
    ['a start from outside', 'eve says consultation:start {"sessionId":$visit}'],
    ['an end by the patient', 'pat says consultation:end {"sessionId":$visit}'],
    ['a conversation of others', 'eve says chat:join {"conversationId":$visit}'],
    ['an unknown conversation', 'pat says chat:join {"conversationId":"nowhere"}'],
    ['a message from outside', 'eve says chat:message {"conversationId":$visit,"content":"Hello"}'],
    ['an empty message', 'pat says chat:message {"conversationId":$visit,"content":" "}'],
    ['a message that is a number', 'pat says chat:message {"conversationId":$visit,"content":7}'],
    ['a message that is too long', 'pat says chat:message {"conversationId":$visit,"content":$longText}'],
  ]).concat([
    ['the same join again', 'pat says consultation:join {"sessionId":$visit}', 'pat hears consultation:room_state {...}'],
  ]),
  unchanged: [
    'doc GET /api/appointments/$visit -> 200 $before',
    'doc says consultation:offer {"sessionId":$visit,"offer":$offerB,"targetUserId":"pat"}',
    'pat hears consultation:offer {"sessionId":$visit,"offer":$offerB,"fromUserId":"doc","fromUserRole":"PHYSICIAN"}',
  ],
  left: `
    doc ignores consultation:user_left
    pat says consultation:leave {"sessionId":$visit}`,
  afterLeaving: complaining('error {"message":text,...}', [
    ['an answer after leaving', 'pat says consultation:answer {"sessionId":$visit,"answer":$answerA,"targetUserId":"doc"}'],
    ['a candidate after leaving', 'pat says consultation:ice-candidate {"sessionId":$visit,"candidate":$candidateA,"targetUserId":"doc"}'],
    ['an offer to who has left', 'doc says consultation:offer {"sessionId":$visit,"offer":$offerB,"targetUserId":"pat"}'],
    ['a message after leaving', 'pat says chat:message {"conversationId":$visit,"content":"Hello"}'],
  ]),
};

/** @type {Table} */
const rtc = {
  dialect: 'rtc',
  scene: `
    people: patient pat, provider doc, patient eve
    appointment: $visit of pat with doc
    pat connects /webrtc
    doc connects /webrtc
    eve connects /webrtc
    pat ignores registered, room-joined, user-joined
    doc ignores registered, room-joined, call-invitation
    eve ignores registered
    pat says register {"userId":"pat","userName":"Pat","role":"patient"}
    doc says register {"userId":"doc","userName":"Doc","role":"professional"}
    eve says register {"userId":"eve","userName":"Eve","role":"patient"}
    pat POST /api/rtc/rooms/join {"appointmentId":$visit} -> 200 {"room":{"roomId":$roomOfPat,...},...}
    doc POST /api/rtc/rooms/join {"appointmentId":$visit} -> 200 {"room":{"roomId":$roomOfDoc,...},...}
    pat says join-room {"roomId":$roomOfPat,"userId":"pat","userName":"Pat","role":"patient"}
    doc says join-room {"roomId":$roomOfDoc,"userId":"doc","userName":"Doc","role":"professional"}
    doc GET /api/appointments/$visit -> 200 $before`,
  rows: [
    // The client gives up its call for an error, which is right only here ...
    ...complaining('error {"message":text,...}', [
      ['a join with no body', 'eve says join-room'],
      ['a join with a text', 'eve says join-room "room"'],
      ['a join without a room', 'eve says join-room {"userId":"eve","userName":"Eve","role":"patient"}'],
      ['a room that is a number', 'eve says join-room {"roomId":{},"userId":"eve","userName":"Eve","role":"patient"}'],
      ['an unknown room', 'eve says join-room {"roomId":"nowhere","userId":"eve","userName":"Eve","role":"patient"}'],
      ["somebody else's appointment", 'eve says join-room {"roomId":$visit,"userId":"eve","userName":"Eve","role":"patient"}'],
      ["somebody else's ticket", 'eve says join-room {"roomId":$roomOfPat,"userId":"pat","userName":"Pat","role":"patient"}'],
    ]),
    // ... and it ignores those that speak of recording.
    ...complaining('error {"message":text("recording"),...}', [
      ['a recording without consent', 'doc says start-recording {"roomId":$roomOfDoc,"appointmentId":$visit}'],
      ['a recording by the patient', 'pat says start-recording {"roomId":$roomOfPat,"appointmentId":$visit,"recordingConsent":true}'],
      ['a stop of no recording', 'doc says stop-recording {"roomId":$roomOfDoc,"appointmentId":$visit}'],
    ]),
    ...inTheAck('{"success":false,...}', [
      ['an unknown event', 'pat says sing {"roomId":$roomOfPat}'],
      ['an offer from outside', 'eve says offer {"roomId":$roomOfPat,"offer":$offerC,"targetUserId":"doc"}'],
      ['an offer to nobody', 'pat says offer {"roomId":$roomOfPat,"offer":$offerA}'],
      ['an offer to oneself', 'pat says offer {"roomId":$roomOfPat,"offer":$offerA,"targetUserId":"pat"}'],
      ['an offer to who is not there', 'pat says offer {"roomId":$roomOfPat,"offer":$offerA,"targetUserId":"eve"}'],
      ['an offer without a description', 'pat says offer {"roomId":$roomOfPat,"targetUserId":"doc"}'],
      ['an SDP that is a number', 'pat says answer {"roomId":$roomOfPat,"answer":{"type":"answer","sdp":1},"targetUserId":"doc"}'],
      ['an offer of 70 kB', 'pat says offer {"roomId":$roomOfPat,"offer":$hugeOffer,"targetUserId":"doc"}'],
      ['a candidate of 6 kB', 'pat says ice-candidate {"roomId":$roomOfPat,"candidate":$hugeCandidate,"targetUserId":"doc"}'],
      ['a candidate that is a list', 'pat says ice-candidate {"roomId":$roomOfPat,"candidate":[],"targetUserId":"doc"}'],
      ['a microphone that is a text', 'pat says media-state-change {"roomId":$roomOfPat,"audio":"on","video":true}'],
      ['a media state from outside', 'eve says media-state-change {"roomId":$roomOfPat,"audio":true,"video":true}'],
      ['an empty message', 'pat says chat-message {"roomId":$roomOfPat,"message":" "}'],
      ['a message that is too long', 'pat says chat-message {"roomId":$roomOfPat,"message":$longText}'],
      ['a message from outside', 'eve says chat-message {"roomId":$roomOfPat,"message":"Hello"}'],
      ['an invitation to a call of others', 'eve says call-invitation {"targetUserId":"pat","appointmentId":$visit,"professionalName":"Doc","patientName":"Pat","appointmentType":"video","appointmentTime":"10:00"}'],
      ['leaving an unknown room', 'pat says leave-room {"roomId":"nowhere"}'],
    ]),
    ['the same join again', 'pat says join-room {"roomId":$roomOfPat,"userId":"pat","userName":"Pat","role":"patient"}'],
  ],
  unchanged: [
    'doc GET /api/appointments/$visit -> 200 $before',
    'pat says offer {"roomId":$roomOfPat,"offer":$offerA,"targetUserId":"doc"}',
    'doc hears offer {"roomId":$roomOfDoc,"offer":$offerA,"fromUserId":"pat","fromUserName":"Pat"}',
  ],
  left: `
    doc ignores user-left
    pat says leave-room {"roomId":$roomOfPat}`,
  afterLeaving: inTheAck('{"success":false,...}', [
    ['leaving again', 'pat says leave-room {"roomId":$roomOfPat}'],
    ['an answer after leaving', 'pat says answer {"roomId":$roomOfPat,"answer":$answerA,"targetUserId":"doc"}'],
    ['an offer to who has left', 'doc says offer {"roomId":$roomOfDoc,"offer":$offerB,"targetUserId":"pat"}'],
    ['a message after leaving', 'pat says chat-message {"roomId":$roomOfPat,"message":"Hello"}'],
  ]),
};

/** @type {Table} */
const call = {
  dialect: 'call',
  scene: `
    people: patient pat, provider doc, patient eve
    pat connects /webrtc
    doc connects /webrtc
    eve connects /webrtc
    doc POST /webrtc/calls {"patientId":"pat","providerId":"doc","type":"video"} -> 201 {"id":$call,...}
    pat ignores incoming-call, room-participants
    doc ignores call-answered, room-participants, participant-joined
    doc says join-call {"callId":$call}
    pat says join-call {"callId":$call}
    doc GET /webrtc/calls/$call -> 200 $before`,
  rows: [
    ...coded('unknown_event', [['an unknown event', 'pat says sing {"callId":$call}']]),
    ...coded('invalid_payload', [
      ['a join with no body', 'pat says join-call'],
      ['a join with null', 'pat says join-call null'],
      ['a join with a number', 'pat says join-call 7'],
      ['a join with an empty object', 'pat says join-call {}'],
      ['a call that is an object', 'pat says join-call {"callId":{}}'],
      ['a call with a very long id', 'pat says join-call {"callId":$longId}'],
      ['a camera that is a text', 'pat says update-media {"callId":$call,"videoEnabled":"on"}'],
      ['an offer to nobody', 'pat says offer {"callId":$call,"offer":$offerA}'],
      ['an offer without a description', 'pat says offer {"callId":$call,"targetUserId":"doc"}'],
      ['an SDP that is a number', 'pat says answer {"callId":$call,"answer":{"type":"answer","sdp":1},"targetUserId":"doc"}'],
      ['a candidate that is a list', 'pat says ice-candidate {"callId":$call,"candidate":[]}'],
      ['a latency in words', 'pat says connection-quality {"callId":$call,"metrics":{"latency":"low"}}'],
    ]),
    ...coded('too_large', [
      ['an offer of 70 kB', 'pat says offer {"callId":$call,"offer":$hugeOffer,"targetUserId":"doc"}'],
      ['an answer of 70 kB', 'pat says answer {"callId":$call,"answer":$hugeAnswer,"targetUserId":"doc"}'],
      ['a candidate of 6 kB', 'pat says ice-candidate {"callId":$call,"candidate":$hugeCandidate}'],
    ]),
    ...coded('not_a_participant', [
      ['an unknown call', 'pat says join-call {"callId":"nowhere"}'],
      ["somebody else's call", 'eve says join-call {"callId":$call}'],
      ['an offer from outside', 'eve says offer {"callId":$call,"offer":$offerC,"targetUserId":"pat"}'],
      ['a candidate from outside', 'eve says ice-candidate {"callId":$call,"candidate":$candidateC}'],
      ['a media state from outside', 'eve says update-media {"callId":$call,"audioEnabled":false}'],
    ]),
    ...coded('peer_not_in_room', [
      ['an offer to oneself', 'pat says offer {"callId":$call,"offer":$offerA,"targetUserId":"pat"}'],
      ['an offer to who is not there', 'pat says offer {"callId":$call,"offer":$offerA,"targetUserId":"eve"}'],
    ]),
    ['the same join again', 'pat says join-call {"callId":$call}'],
  ],
  unchanged: [
    'doc GET /webrtc/calls/$call -> 200 $before',
    'pat says offer {"callId":$call,"offer":$offerA,"targetUserId":"doc"}',
    'doc hears offer {"callId":$call,"offer":$offerA,"fromUserId":"pat"}',
  ],
  left: `
    doc ignores participant-left
    pat says leave-call {"callId":$call}`,
  afterLeaving: [
    ...coded('not_in_room', [
      ['leaving again', 'pat says leave-call {"callId":$call}'],
      ['an answer after leaving', 'pat says answer {"callId":$call,"answer":$answerA,"targetUserId":"doc"}'],
      ['a media state after leaving', 'pat says update-media {"callId":$call,"audioEnabled":false}'],
    ]),
    ...coded('peer_not_in_room', [
      ['an offer to who has left', 'doc says offer {"callId":$call,"offer":$offerB,"targetUserId":"pat"}'],
    ]),
  ],
};

/** @type {Table} */
const live = {
  dialect: 'live',
  scene: `
    people: patient pat, provider doc, patient eve
    pat connects /live
    doc connects /live
    eve connects /live
    pat ignores connected, call:incoming
    doc ignores connected, call:accepted
    eve ignores connected
    doc says call:initiate {"targetUserId":"pat","callType":"video","callerName":"Doc"} -> {"success":true,"callId":$call}
    pat says call:accept {"callId":$call,"callerId":"doc"} -> {"success":true,...}
    doc GET /webrtc/calls/$call -> 200 $before`,
  rows: inTheAck('{"error":text,...}', [
    ['an unknown event', 'pat says call:sing {"callId":$call}'],
    ['an accept with no body', 'pat says call:accept'],
    ['an accept with a number', 'pat says call:accept 7'],
    ['an accept with an empty object', 'pat says call:accept {}'],
    ['a call that is an object', 'pat says call:accept {"callId":{},"callerId":"doc"}'],
    ['an unknown call', 'pat says call:accept {"callId":"nowhere","callerId":"doc"}'],
    ["somebody else's call", 'eve says call:accept {"callId":$call,"callerId":"doc"}'],
    ['a reject of what was accepted', 'pat says call:reject {"callId":$call,"callerId":"doc"}'],
    ["an end of somebody else's call", 'eve says call:end {"callId":$call}'],
    ['a call to nobody', 'eve says call:initiate {"callType":"video","callerName":"Eve"}'],
    ['a call to somebody unknown', 'eve says call:initiate {"targetUserId":"nowhere","callType":"video","callerName":"Eve"}'],
    ['a call to oneself', 'eve says call:initiate {"targetUserId":"eve","callType":"video","callerName":"Eve"}'],
    ['a call of another type', 'eve says call:initiate {"targetUserId":"pat","callType":"smell","callerName":"Eve"}'],
    ['a second call of the same two', 'doc says call:initiate {"targetUserId":"pat","callType":"video","callerName":"Doc"}'],
    ['an offer from outside', 'eve says webrtc:offer {"callId":$call,"targetUserId":"pat","offer":$offerC}'],
    ['an offer to nobody', 'pat says webrtc:offer {"callId":$call,"offer":$offerA}'],
    ['an offer to oneself', 'pat says webrtc:offer {"callId":$call,"targetUserId":"pat","offer":$offerA}'],
    ['an offer to who is not there', 'pat says webrtc:offer {"callId":$call,"targetUserId":"eve","offer":$offerA}'],
    ['an offer without a description', 'pat says webrtc:offer {"callId":$call,"targetUserId":"doc"}'],
    ['an SDP that is a number', 'pat says webrtc:answer {"callId":$call,"targetUserId":"doc","answer":{"type":"answer","sdp":1}}'],
    ['an offer of 70 kB', 'pat says webrtc:offer {"callId":$call,"targetUserId":"doc","offer":$hugeOffer}'],
    ['a candidate of 6 kB', 'pat says webrtc:ice-candidate {"callId":$call,"targetUserId":"doc","candidate":$hugeCandidate}'],
    ['a medium nobody knows', 'pat says call:toggle-media {"callId":$call,"mediaType":"smell","enabled":true}'],
    ['a switch that is a text', 'pat says call:toggle-media {"callId":$call,"mediaType":"audio","enabled":"on"}'],
  ]),
  unchanged: [
    // Said twice, it is so already.
    'pat says call:accept {"callId":$call,"callerId":"doc"} -> {"success":true,...}',
    'doc GET /webrtc/calls/$call -> 200 $before',
    'doc says webrtc:offer {"callId":$call,"targetUserId":"pat","offer":$offerB} -> {"success":true,...}',
    'pat hears webrtc:offer {"callId":$call,"fromUserId":"doc","offer":$offerB}',
  ],
  left: `
    doc ignores call:ended
    pat ignores call:ended
    pat says call:end {"callId":$call} -> {"success":true,...}
    pat says call:end {"callId":$call} -> {"success":true,...}`,
  afterLeaving: inTheAck('{"error":text,...}', [
    ['an accept of what is over', 'pat says call:accept {"callId":$call,"callerId":"doc"}'],
    ['an answer after the end', 'pat says webrtc:answer {"callId":$call,"targetUserId":"doc","answer":$answerA}'],
    ['a switch after the end', 'pat says call:toggle-media {"callId":$call,"mediaType":"audio","enabled":false}'],
  ]),
};

/** @type {Table} */
const meeting = {
  dialect: 'meeting',
  scene: `
    people: patient ann, provider ben, patient eve
    meeting: $room of ben
    private meeting: $closed of ben
    ann connects /
    ben connects /
    eve connects / {"dialect":"meeting"}
    ann ignores usersOnline, number_usersOnline, user_joined
    ben ignores usersOnline, number_usersOnline, user_joined, join_room_success
    ben says join_room $room
    ann says join_room $room
    ann hears join_room_success {...}
    ben GET /api/room/$room -> 200 $before`,
  rows: [
    ...complaining('join_room_error {"message":text,"success":false,...}', [
      ['a join with no body', 'ann says join_room'],
      ['a join with a number', 'ann says join_room 7'],
      ['a join with an empty object', 'ann says join_room {}'],
      ['a room that is a list', 'ann says join_room {"roomId":[],"success":true}'],
      ['a room with a very long id', 'ann says join_room $longId'],
      ['an unknown room', 'ann says join_room "nowhere"'],
    ]),
    ...complaining('joins_in_room_error {"message":text,"success":false,...}', [
      ['a list of an unknown room', 'ann says joins_in_room "nowhere"'],
      ['a list of a room one is not in', 'eve says joins_in_room $room'],
      ['a list of nothing', 'ann says joins_in_room'],
    ]),
    ...complaining('disconect_error {"message":text,"success":false,...}', [
      ['an end by a guest', 'ann says end_room'],
    ]),
    ...complaining('webrtc_error {"message":text,"success":false,...}', [
      ['an unknown event', 'ann says sing $room'],
      ['an offer from outside', 'eve says webrtc_offer {"roomId":$room,"targetUserId":"ann","sdp":$offerC}'],
      ['an offer to oneself', 'ann says webrtc_offer {"roomId":$room,"targetUserId":"ann","sdp":$offerA}'],
      ['an offer to who is not there', 'ann says webrtc_offer {"roomId":$room,"targetUserId":"eve","sdp":$offerA}'],
      ['an offer without a description', 'ann says webrtc_offer {"roomId":$room,"targetUserId":"ben"}'],
      ['an SDP that is a number', 'ann says webrtc_answer {"roomId":$room,"targetUserId":"ben","sdp":{"type":"answer","sdp":1}}'],
      ['an offer of 70 kB', 'ann says webrtc_offer {"roomId":$room,"targetUserId":"ben","sdp":$hugeOffer}'],
      ['a candidate of 6 kB', 'ann says webrtc_ice_candidate {"roomId":$room,"targetUserId":"ben","candidate":$hugeCandidate}'],
      ['a candidate that is a list', 'ann says webrtc_ice_candidate {"roomId":$room,"targetUserId":"ben","candidate":[]}'],
      ['a microphone that is a text', 'ann says media_state_changed {"micEnabled":"on","cameraEnabled":true}'],
    ]),
    ...complaining('message_error {"message":text,"success":false,...}', [
      ['a message from outside', 'eve says message {"msg":"Hello","visibility":"public","target":null}'],
      ['an empty message', 'ann says message {"msg":" ","visibility":"public","target":null}'],
      ['a message that is too long', 'ann says message {"msg":$longText,"visibility":"public","target":null}'],
      ['a message that is a number', 'ann says message {"msg":7,"visibility":"public","target":null}'],
      ['a private message to nobody', 'ann says message {"msg":"Hello","visibility":"private","target":null}'],
      ['a message of the older form without a text', 'ann says sendMessage {"senderId":"ann","roomId":$room}'],
    ]),
    ...complaining('grant_access_error {"message":text,"success":false,...}', [
      ['access granted by a guest', 'ann says grant_access {"roomId":$closed,"targetUserId":"eve"}'],
      ['access to an unknown room', 'ben says grant_access {"roomId":"nowhere","targetUserId":"eve"}'],
      ['access for nobody', 'ben says grant_access {"roomId":$closed}'],
    ]),
    ['the same join again', 'ann says join_room $room', 'ann hears join_room_success {...}'],
  ],
  unchanged: [
    'ben GET /api/room/$room -> 200 $before',
    'ann says webrtc_offer {"roomId":$room,"targetUserId":"ben","sdp":$offerA}',
    'ben hears webrtc_offer {"senderId":"ann","sdp":$offerA}',
  ],
  left: `
    ben ignores userLeft
    ann says leaveRoom`,
  afterLeaving: [
    ...complaining('webrtc_error {"message":text,"success":false,...}', [
      ['an answer after leaving', 'ann says webrtc_answer {"roomId":$room,"targetUserId":"ben","sdp":$answerA}'],
      ['an offer to who has left', 'ben says webrtc_offer {"roomId":$room,"targetUserId":"ann","sdp":$offerB}'],
    ]),
    ...complaining('message_error {"message":text,"success":false,...}', [
      ['a message after leaving', 'ann says message {"msg":"Hello","visibility":"public","target":null}'],
    ]),
    ['a closed room', 'eve says join_room $closed', 'eve hears join_room_error {"message":text,"success":false,...}', 'eve is disconnected'],
  ],
};

/** @type {Table} */
const contact = {
  dialect: 'contact',
  scene: `
    people: patient ann, provider ben, patient eve
    ann connects /
    ben connects /
    eve connects / {"dialect":"contact"}
    ann ignores online_contacts, call_answered
    ben ignores online_contacts, call_answered
    eve ignores online_contacts
    ann says call_initiate {"calleeId":"ben","type":"video"}
    ann hears call_initiated {"callId":$call,...}
    ben hears incoming_call {...}
    ben says call_answer {"callId":$call}
    ben GET /webrtc/calls/$call -> 200 $before`,
  rows: complaining('call_error {"error":text,...}', [
    ['an unknown event', 'ann says call_sing {"callId":$call}'],
    ['a call with no body', 'eve says call_initiate'],
    ['a call with a number', 'eve says call_initiate 7'],
    ['a call to nobody', 'eve says call_initiate {"type":"video"}'],
    ['a call to somebody unknown', 'eve says call_initiate {"calleeId":"nowhere","type":"video"}'],
    ['a call to oneself', 'eve says call_initiate {"calleeId":"eve","type":"video"}'],
    ['a call of another type', 'eve says call_initiate {"calleeId":"ben","type":"smell"}'],
    ['a call to who is busy', 'eve says call_initiate {"calleeId":"ben","type":"video"}'],
    ['a call by who is busy', 'ann says call_initiate {"calleeId":"eve","type":"video"}'],
    ['an answer with an empty object', 'eve says call_answer {}'],
    ['an unknown call', 'eve says call_answer {"callId":"nowhere"}'],
    ["somebody else's call", 'eve says call_answer {"callId":$call}'],
    ['a decline of what was answered', 'ben says call_decline {"callId":$call}'],
    ["an end of somebody else's call", 'eve says call_end {"callId":$call}'],
    ['an offer from outside', 'eve says webrtc_offer {"offer":$offerC,"to":"ann"}'],
    ['an offer to oneself', 'ann says webrtc_offer {"offer":$offerA,"to":"ann"}'],
    ['an offer to who is not there', 'ann says webrtc_offer {"offer":$offerA,"to":"eve"}'],
    ['an offer without a description', 'ann says webrtc_offer {"to":"ben"}'],
    ['an SDP that is a number', 'ann says webrtc_answer {"answer":{"type":"answer","sdp":1},"to":"ben"}'],
    ['an offer of 70 kB', 'ann says webrtc_offer {"offer":$hugeOffer,"to":"ben"}'],
    ['a candidate of 6 kB', 'ann says webrtc_ice_candidate {"candidate":$hugeCandidate,"to":"ben"}'],
    ['a candidate that is a list', 'ann says webrtc_ice_candidate {"candidate":[],"to":"ben"}'],
  ]),
  unchanged: [
    'ben GET /webrtc/calls/$call -> 200 $before',
    'ann says webrtc_offer {"offer":$offerA,"to":"ben"}',
    'ben hears webrtc_offer {"offer":$offerA,"from":"ann","callId":$call,"to":"ben"}',
  ],
  left: `
    ann ignores call_ended
    ben ignores call_ended
    ann says call_end {"callId":$call}
    # Two who hang up at once both get what they want.
    ben says call_end {"callId":$call}`,
  afterLeaving: complaining('call_error {"error":text,...}', [
    ['an end of no call', 'ann says call_end {}'],
    ['an answer to what is over', 'ben says call_answer {"callId":$call}'],
    ['a signal after the end', 'ann says webrtc_ice_candidate {"candidate":$candidateA,"to":"ben"}'],
  ]),
};

/**
 * Rows that are answered with an event to who said it.
 * @param {string} complaint
 * @param {[name: string, said: string][]} rows
 * @returns {Row[]}
 */
function complaining(complaint, rows) {
  return rows.map(([name, said]) => [name, said, `${said.split(' ')[0]} hears ${complaint}`]);
}

/**
 * Rows that are answered with an `error` that names the word and a code.
 * @param {string} code
 * @param {[name: string, said: string][]} rows
 * @returns {Row[]}
 */
function coded(code, rows) {
  return rows.flatMap(([name, said]) => {
    const complaint = `error {"event":"${said.split(' ')[2]}","code":"${code}","message":text,...}`;
    return complaining(complaint, [[name, said]]);
  });
}

/**
 * Rows that are answered in the ack, and with nothing else.
 * @param {string} ack
 * @param {[name: string, said: string][]} rows
 * @returns {Row[]}
 */
function inTheAck(ack, rows) {
  return rows.map(([name, said]) => [name, `${said} -> ${ack}`]);
}

for (const table of [consultation, rtc, call, live, meeting, contact]) {
  test(`bad input in the vocabulary ${table.dialect}`, async (t) => {
    const story = readStory(`# Bad input.\n${unindented(table.scene)}`);
    const stage = await Stage.open(t, story);
    for (const [name, value] of Object.entries(OVERSIZED)) stage.values.set(name, value);
    await stage.play(story.steps);
    await stage.end();
    for (const row of table.rows) await play(t, stage, row);

    await t.test('has changed nothing', async () => {
      for (const line of table.unchanged) await stage.run(line);
      await stage.end();
    });
    await stage.play(readStory(`# Leaving.\n${unindented(table.left)}`).steps);
    for (const row of table.afterLeaving) await play(t, stage, row);
  });
}

/**
 * What hosts keep pat from, by a lock, the door and a removal. Each row has the code
 * of the refusal in each of the three.
 * @typedef {[said: string, locked: string, waiting: string, removed: string]} KeptRow
 * @typedef {{
 *   dialect: string, connects: string, ignores: string, joins: string, rows: KeptRow[],
 *   answer: (word: string, code: string) => { ack?: string, event?: string },
 * }} KeptOut
 */

/** @type {KeptOut[]} */
const KEPT_OUT = [
  {
    dialect: 'consultation',
    connects: '/',
    ignores: 'incoming_call, call-invitation',
    joins: 'consultation:join {"sessionId":$visit}',
    rows: [
      ['consultation:offer {"sessionId":$visit,"offer":$offerB,"targetUserId":"doc"}', 'not_in_room', 'not_yet', 'not_in_room'],
      ['chat:message {"conversationId":$visit,"content":"Hello"}', 'not_in_room', 'not_yet', 'removed'],
      ['chat:typing:start {"conversationId":$visit}', 'not_in_room', 'not_yet', 'not_in_room'],
    ],
    answer: (word, code) => ({ event: `error {"event":"${word}","code":"${code}","message":text}` }),
  },
  {
    dialect: 'rtc',
    connects: '/webrtc',
    ignores: 'incoming-call',
    joins: 'join-room {"roomId":$visit,"userId":"pat","userName":"Pat","role":"patient"}',
    rows: [
      ['offer {"roomId":$visit,"offer":$offerB,"targetUserId":"doc"}', 'not_in_room', 'not_yet', 'not_in_room'],
      ['chat-message {"roomId":$visit,"message":"Hello"}', 'not_in_room', 'not_yet', 'removed'],
      ['media-state-change {"roomId":$visit,"audio":false,"video":true}', 'not_in_room', 'not_yet', 'removed'],
    ],
    // For an error its client gives up, which is right if nobody is to let it in.
    answer: (word, code) => {
      const event = word === 'join-room' && code !== 'not_yet' ? 'error' : 'refused';
      return { event: `${event} {"event":"${word}","code":"${code}","message":text}` };
    },
  },
  {
    dialect: 'call',
    connects: '/webrtc',
    ignores: 'incoming-call',
    joins: 'join-call {"callId":$visit}',
    rows: [
      ['reconnect-call {"callId":$visit}', 'room_locked', 'not_yet', 'removed'],
      ['offer {"callId":$visit,"offer":$offerB,"targetUserId":"doc"}', 'not_in_room', 'not_yet', 'not_in_room'],
      ['update-media {"callId":$visit,"audioEnabled":false}', 'not_in_room', 'not_yet', 'removed'],
    ],
    answer: (word, code) => ({ event: `error {"event":"${word}","code":"${code}","message":text}` }),
  },
  {
    dialect: 'live',
    connects: '/live',
    ignores: 'connected, call:incoming',
    joins: 'call:accept {"callId":$visit,"callerId":"doc"}',
    rows: [
      ['webrtc:offer {"callId":$visit,"targetUserId":"doc","offer":$offerB}', 'not_in_room', 'not_yet', 'not_in_room'],
      ['call:toggle-media {"callId":$visit,"mediaType":"audio","enabled":false}', 'not_in_room', 'not_yet', 'removed'],
    ],
    answer: (_, code) => ({ ack: `{"error":text,"code":"${code}"}` }),
  },
  {
    dialect: 'meeting',
    connects: '/',
    ignores: 'incoming_call, call-invitation',
    joins: 'join_room $visit',
    rows: [
      ['webrtc_offer {"roomId":$visit,"targetUserId":"doc","sdp":$offerB}', 'not_in_room', 'not_yet', 'not_in_room'],
      ['message {"msg":"Hello","visibility":"public","target":null}', 'not_in_room', 'not_yet', 'not_a_participant'],
    ],
    answer: (word, code) => {
      const event = { join_room: 'join_room_error', message: 'message_error' }[word] ?? 'webrtc_error';
      return { event: `${event} {"user":null,"success":false,"code":"${code}","message":text}` };
    },
  },
  {
    dialect: 'contact',
    connects: '/ {"dialect":"contact"}',
    ignores: 'incoming_call',
    joins: 'call_answer {"callId":$visit}',
    rows: [
      ['webrtc_offer {"offer":$offerB,"to":"doc","callId":$visit}', 'not_in_room', 'not_yet', 'not_in_room'],
    ],
    answer: (_, code) => ({ event: `call_error {"error":text,"code":"${code}"}` }),
  },
];

/** What a host does, and the code a join is refused with from then on. */
const KEPT_BY = [
  ['locked', 'room_locked', ['doc says lock {"callId":$room,"locked":true} -> {"ok":true,...}']],
  ['waiting', 'not_yet', [
    'doc says lock {"callId":$room,"locked":false} -> {"ok":true,...}',
    'doc says door {"callId":$room,"door":"strict"} -> {"ok":true,...}',
  ]],
  ['removed', 'removed', [
    'doc says admit {"callId":$room,"user":"pat"} -> {"ok":true,...}',
    'doc says remove {"callId":$room,"user":"pat"} -> {"ok":true,...}',
  ]],
];

for (const { dialect, connects, ignores, joins, rows, answer } of KEPT_OUT) {
  test(`who is kept out in the vocabulary ${dialect}`, async (t) => {
    const scene = `# Kept out.
      people: patient pat, provider doc
      appointment: $visit of pat with doc
      doc connects /housecall {"device":"doc-desk"}
      pat connects ${connects}
      doc ignores welcome, event
      pat ignores ${ignores}
      doc says join {"callId":$visit} -> {"ok":true,"result":{"id":$room,...}}`;
    const story = readStory(unindented(scene));
    const stage = await Stage.open(t, story);
    await stage.play(story.steps);
    const refused = (/** @type {string} */ said, /** @type {string} */ code) => {
      const { ack, event } = answer(said.split(' ')[0], code);
      return [`pat says ${said}${ack ? ` -> ${ack}` : ''} in vain`, ...(event ? [`pat hears ${event}`] : [])];
    };
    for (const [number, [state, code, lines]] of /** @type {[string, string, string[]][]} */ (KEPT_BY).entries()) {
      for (const line of lines) await stage.run(line);
      // The first join brings whoever has to wait to the door.
      if (state === 'waiting') for (const line of refused(joins, code)) await stage.run(line);
      // Once it is answered, what was said before has been heard.
      await stage.run('pat says have-i-heard-everything in vain');
      stage.forget();
      await stage.run(`doc says look {"callId":$room} -> $${state}`);
      for (const [said, ...codes] of [[joins, code, code, code], ...rows]) {
        await t.test(`${state}: ${said}`, async () => {
          try {
            for (const line of refused(said, codes[number])) await stage.run(line);
            await stage.end();
          } finally {
            stage.forget();
          }
        });
      }
      await t.test(`${state}: has changed nothing`, () => stage.run(`doc says look {"callId":$room} -> $${state}`));
    }
  });
}

/** One row: it is answered as the table says, and nobody else hears anything. */
function play(
  /** @type {import('node:test').TestContext} */ t,
  /** @type {Stage} */ stage,
  /** @type {Row} */ [name, said, ...answer],
) {
  return t.test(name, async () => {
    try {
      for (const line of [`${said} in vain`, ...answer]) await stage.run(line);
      await stage.end();
    } finally {
      stage.forget();
    }
  });
}

function unindented(/** @type {string} */ text) {
  return text.replaceAll(/^ +/gm, '');
}
