//! Clients of the call vocabulary: the sample with its one peer connection, and
//! the same with one for each other person.

import { WebRTCClient } from '/webrtc-client.js';
import { io } from 'socket.io-client';
import { Visitor, show } from './visitor.js';

/** The sample, as it would grow in a room of more than two. */
class WebRTCRoomClient {
  peerConnections = new Map();

  constructor(apiUrl, token) {
    this.socket = io(`${apiUrl}/webrtc`, {
      auth: { token }
    });

    this.setupSocketListeners();
  }

  async initialize() {
    this.localStream = await navigator.mediaDevices.getUserMedia({
      video: true,
      audio: true
    });
  }

  async joinCall(callId) {
    this.currentCallId = callId;

    this.socket.emit('join-call', {
      callId,
      videoEnabled: true,
      audioEnabled: true
    });
  }

  createPeerConnection(userId) {
    const peerConnection = new RTCPeerConnection({ iceServers: [] });
    this.peerConnections.set(userId, peerConnection);

    this.localStream.getTracks().forEach(track => {
      peerConnection.addTrack(track, this.localStream);
    });

    peerConnection.ontrack = (event) => {
      show(userId, event.streams[0]);
    };

    peerConnection.onicecandidate = (event) => {
      if (event.candidate) {
        this.socket.emit('ice-candidate', {
          callId: this.currentCallId,
          candidate: event.candidate,
          targetUserId: userId
        });
      }
    };
    return peerConnection;
  }

  async createOffer(targetUserId) {
    const peerConnection = this.createPeerConnection(targetUserId);
    const offer = await peerConnection.createOffer();
    await peerConnection.setLocalDescription(offer);

    this.socket.emit('offer', {
      callId: this.currentCallId,
      offer: offer,
      targetUserId
    });
  }

  async handleOffer(offer, fromUserId) {
    const known = this.peerConnections.get(fromUserId);
    const peerConnection = known ?? this.createPeerConnection(fromUserId);
    await peerConnection.setRemoteDescription(offer);
    const answer = await peerConnection.createAnswer();
    await peerConnection.setLocalDescription(answer);

    this.socket.emit('answer', {
      callId: this.currentCallId,
      answer: answer,
      targetUserId: fromUserId
    });
  }

  closePeerConnection(userId) {
    this.peerConnections.get(userId)?.close();
    this.peerConnections.delete(userId);
  }

  setupSocketListeners() {
    this.socket.on('offer', (data) => {
      this.handleOffer(data.offer, data.fromUserId);
    });

    this.socket.on('answer', async (data) => {
      await this.peerConnections.get(data.fromUserId)?.setRemoteDescription(data.answer);
    });

    this.socket.on('ice-candidate', async (data) => {
      await this.peerConnections.get(data.fromUserId)?.addIceCandidate(data.candidate);
    });

    this.socket.on('participant-joined', (data) => {
      this.createOffer(data.userId);
    });

    this.socket.on('participant-left', (data) => {
      this.closePeerConnection(data.userId);
    });
  }
}

/** Somebody with the sample. */
export class CallVisitor extends Visitor {
  makeClient() {
    // The sample shows its stream in the element its page has for it.
    const video = document.createElement('video');
    video.id = 'remote';
    video.autoplay = true;
    document.body.append(video);
    return new WebRTCClient(this.me.url, this.me.token);
  }

  async ready() {
    this.client = this.makeClient();
    this.listen(this.client.socket);
    await this.client.initialize();
    if (this.client.socket.connected) return;
    await new Promise((resolve) => this.client.socket.once('connect', resolve));
  }

  async join(place) {
    await this.client.joinCall(place);
    await this.first('room-participants');
  }

  async call({ other, providerId, patientId, place }) {
    this.other = other;
    const call = { providerId, patientId, type: 'video', appointmentId: place };
    const { id } = await this.rest('POST', '/webrtc/calls', call);
    await this.join(id);
  }

  async answer({ other }) {
    this.other = other;
    const { callId } = await this.first('incoming-call');
    await this.join(callId);
  }

  async mute() {
    const { socket, currentCallId: callId } = this.client;
    socket.emit('update-media', { callId, audioEnabled: false });
  }

  async hangUp() {
    const { socket, currentCallId: callId } = this.client;
    socket.emit('leave-call', { callId, reason: 'User left' });
    this.connections().forEach((connection) => connection.close());
  }

  connections() {
    return new Map([[this.other, this.client.peerConnection]]);
  }
}

/** Somebody with the client for more than two. */
export class CallRoomVisitor extends CallVisitor {
  makeClient() {
    return new WebRTCRoomClient(this.me.url, this.me.token);
  }

  connections() {
    return this.client.peerConnections;
  }
}
