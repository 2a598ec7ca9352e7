//! A client of the live vocabulary: whoever calls offers once the other has
//! accepted, and everything it says is acked.

import { io } from 'socket.io-client';
import { Visitor, show } from './visitor.js';

class LiveCalls {
  callId = null;
  otherUserId = null;
  peerConnection = null;

  constructor(url, token) {
    this.socket = io(`${url}/live`, { auth: { token }, transports: ['websocket', 'polling'] });
    this.setupSocketListeners();
  }

  async initialize() {
    this.localStream = await navigator.mediaDevices.getUserMedia({ video: true, audio: true });
  }

  async emit(event, payload) {
    const ack = await this.socket.timeout(10_000).emitWithAck(event, payload);
    if (ack.error) throw new Error(`${event}: ${ack.error}`);
    return ack;
  }

  async initiateCall(targetUserId, callerName) {
    this.otherUserId = targetUserId;
    const call = { targetUserId, callType: 'video', callerName };
    const { callId } = await this.emit('call:initiate', call);
    this.callId = callId;
  }

  async acceptCall({ callId, callerId }) {
    this.callId = callId;
    this.otherUserId = callerId;
    await this.emit('call:accept', { callId, callerId });
  }

  async endCall() {
    await this.emit('call:end', { callId: this.callId });
    this.peerConnection?.close();
  }

  signal(kind, body) {
    const { callId, otherUserId: targetUserId } = this;
    return this.emit(`webrtc:${kind}`, { callId, targetUserId, ...body });
  }

  createPeerConnection() {
    this.peerConnection = new RTCPeerConnection({ iceServers: [] });
    this.localStream.getTracks().forEach((track) => {
      this.peerConnection.addTrack(track, this.localStream);
    });
    this.peerConnection.ontrack = (event) => show(this.otherUserId, event.streams[0]);
    this.peerConnection.onicecandidate = ({ candidate }) => {
      if (candidate) this.signal('ice-candidate', { candidate });
    };
  }

  async createOffer() {
    this.createPeerConnection();
    const offer = await this.peerConnection.createOffer();
    await this.peerConnection.setLocalDescription(offer);
    await this.signal('offer', { offer });
  }

  async handleOffer(offer) {
    if (!this.peerConnection) this.createPeerConnection();
    await this.peerConnection.setRemoteDescription(offer);
    const answer = await this.peerConnection.createAnswer();
    await this.peerConnection.setLocalDescription(answer);
    await this.signal('answer', { answer });
  }

  setupSocketListeners() {
    this.socket.on('call:accepted', () => this.createOffer());
    this.socket.on('webrtc:offer', (data) => this.handleOffer(data.offer));
    this.socket.on('webrtc:answer', (data) => this.peerConnection.setRemoteDescription(data.answer));
    this.socket.on('webrtc:ice-candidate', (data) => {
      this.peerConnection.addIceCandidate(data.candidate);
    });
    this.socket.on('call:ended', () => this.peerConnection?.close());
  }
}

/** Somebody with this client. */
export class LiveVisitor extends Visitor {
  async ready() {
    this.calls = new LiveCalls(this.me.url, this.me.token);
    this.listen(this.calls.socket);
    await this.calls.initialize();
    await this.first('connected');
  }

  async call({ other }) {
    await this.calls.initiateCall(other, this.me.name);
  }

  async answer() {
    await this.calls.acceptCall(await this.first('call:incoming'));
  }

  async hangUp() {
    await this.calls.endCall();
  }

  connections() {
    const { otherUserId, peerConnection } = this.calls;
    return new Map(peerConnection === null ? [] : [[otherUserId, peerConnection]]);
  }
}
