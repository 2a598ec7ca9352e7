//! The sample client of the contact vocabulary, as a user puts its pieces
//! together: whoever calls offers once the other has answered.

import { io } from 'socket.io-client';
import { Visitor, show } from './visitor.js';

const configuration = {
  iceServers: []
};

class WebRTCService {
  callId = null;
  isCaller = false;
  remoteUserId = null;
  localStream = null;
  pc = null;

  constructor(socket) {
    this.socket = socket;
    socket.on('call_initiated', (data) => { this.callId = data.callId; });
    socket.on('call_answered', () => { if (this.isCaller) this.createOffer(); });
    socket.on('webrtc_offer', (data) => this.handleOffer(data));
    socket.on('webrtc_answer', (data) => this.handleAnswer(data));
    socket.on('webrtc_ice_candidate', (data) => this.handleIceCandidate(data));
    socket.on('call_ended', () => this.cleanup());
  }

  // Start a call
  async initiateCall(calleeId, type) {
    this.isCaller = true;
    this.remoteUserId = calleeId;
    await this.createPeerConnection();
    this.socket.emit('call_initiate', { calleeId, type });
  }

  // Answer incoming call
  async answerCall(callId, callerId) {
    this.callId = callId;
    this.remoteUserId = callerId;
    await this.createPeerConnection();
    this.socket.emit('call_answer', { callId });
  }

  // Setup RTCPeerConnection
  async createPeerConnection() {
    this.localStream = await navigator.mediaDevices.getUserMedia({ audio: true, video: true });
    const pc = new RTCPeerConnection(configuration);
    this.localStream.getTracks().forEach((track) => pc.addTrack(track, this.localStream));
    pc.ontrack = (event) => show(this.remoteUserId, event.streams[0]);
    pc.onicecandidate = (event) => {
      if (event.candidate) {
        this.socket.emit('webrtc_ice_candidate', {
          candidate: event.candidate,
          to: this.remoteUserId
        });
      }
    };
    this.pc = pc;
  }

  async createOffer() {
    const { pc, socket, remoteUserId: calleeId } = this;
    const offer = await pc.createOffer();
    await pc.setLocalDescription(offer);
    socket.emit('webrtc_offer', { offer, to: calleeId });
  }

  // Process WebRTC offer
  async handleOffer({ offer }) {
    const { pc, socket, remoteUserId: callerId } = this;
    await pc.setRemoteDescription(offer);
    const answer = await pc.createAnswer();
    await pc.setLocalDescription(answer);
    socket.emit('webrtc_answer', { answer, to: callerId });
  }

  // Process WebRTC answer
  async handleAnswer({ answer }) {
    await this.pc.setRemoteDescription(answer);
  }

  // Handle ICE candidates
  async handleIceCandidate({ candidate }) {
    await this.pc.addIceCandidate(candidate);
  }

  // End call and cleanup
  endCall() {
    this.socket.emit('call_end', { callId: this.callId });
    this.cleanup();
  }

  // Clean WebRTC resources
  cleanup() {
    this.pc?.close();
    this.localStream?.getTracks().forEach((track) => track.stop());
  }
}

/** Somebody with the sample. */
export class ContactVisitor extends Visitor {
  async ready() {
    const { url, token } = this.me;
    const socket = this.listen(io(url, { auth: { token }, transports: ['websocket'] }));
    this.service = new WebRTCService(socket);
    await new Promise((resolve) => socket.once('connect', resolve));
  }

  async call({ other }) {
    await this.service.initiateCall(other, 'video');
    await this.first('call_initiated');
  }

  async answer() {
    const { callId, caller } = await this.first('incoming_call');
    await this.service.answerCall(callId, caller._id);
  }

  async hangUp() {
    this.service.endCall();
  }

  connections() {
    const { remoteUserId, pc } = this.service;
    return new Map(pc === null ? [] : [[remoteUserId, pc]]);
  }
}
