//! Every kind of client there is, by the name of its vocabulary. Where one has
//! more than one kind, the plain name is that of the older kind.

import { CallRoomVisitor, CallVisitor } from './call.js';
import { ConsultationVisitor } from './consultation.js';
import { ContactVisitor } from './contact.js';
import { LiveVisitor } from './live.js';
import { MeetingVisitor, TwoLaneMeetingVisitor } from './meeting.js';
import { NativeVisitor } from './native.js';
import { LaterRtcVisitor, RtcVisitor } from './rtc.js';

export const VISITORS = {
  consultation: ConsultationVisitor,
  rtc: RtcVisitor,
  'rtc, later': LaterRtcVisitor,
  call: CallVisitor,
  'call, many peers': CallRoomVisitor,
  live: LiveVisitor,
  meeting: MeetingVisitor,
  'meeting, two lanes': TwoLaneMeetingVisitor,
  contact: ContactVisitor,
  native: NativeVisitor,
};
