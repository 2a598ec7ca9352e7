//! Two generations of the client of the rtc vocabulary, after the architecture
//! its documentation draws: one manager, one peer connection per user.

import { io } from 'socket.io-client';
import { Visitor, show } from './visitor.js';

/** The first generation: no token at its socket, and it offers to everybody. */
class WebRTCManager {
  currentRoomId = null;
  localStream = null;
  peerConnections = new Map();
  remoteStreams = new Map();
  iceServers = [];
  isAudioEnabled = true;
  isVideoEnabled = true;

  constructor(me) {
    this.me = me;
    this.socket = this.connectSocket();
    this.setupSocketListeners();
  }

  connectSocket() {
    return io(this.me.url, { transports: ['websocket', 'polling'], withCredentials: true });
  }

  // Initialization flow: ICE servers, socket, register
  async initialize() {
    await this.fetchIceServers();
    await new Promise((resolve) => {
      this.socket.once('registered', resolve);
      const { id: userId, name: userName, role } = this.me;
      this.socket.emit('register', { userId, userName, role });
    });
  }

  async fetchIceServers() {
    const response = await fetch(`${this.me.url}/api/rtc/ice-servers`, { credentials: 'include' });
    const data = await response.json();
    if (data.success) this.iceServers = data.iceServers;
  }

  // Join room flow: REST, local media, socket
  async joinRoom(appointmentId) {
    const response = await fetch(`${this.me.url}/api/rtc/rooms/join`, {
      method: 'POST',
      credentials: 'include',
      headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${this.me.token}` },
      body: JSON.stringify({ appointmentId })
    });
    const data = await response.json();
    if (!data.success) throw new Error(data.message);

    this.localStream = await navigator.mediaDevices.getUserMedia({ video: true, audio: true });
    this.currentRoomId = data.room.roomId;
    const { id: userId, name: userName, role } = this.me;
    this.socket.emit('join-room', { roomId: this.currentRoomId, userId, userName, role });
  }

  setupSocketListeners() {
    this.socket.on('room-joined', ({ users }) => {
      users.forEach((user) => this.createOffer(user.userId));
    });

    this.socket.on('user-joined', ({ userId }) => {
      this.createOffer(userId);
    });

    this.socket.on('offer', ({ offer, fromUserId }) => {
      this.handleOffer(offer, fromUserId);
    });

    this.socket.on('answer', ({ answer, fromUserId }) => {
      this.peerConnections.get(fromUserId)?.setRemoteDescription(new RTCSessionDescription(answer));
    });

    this.socket.on('ice-candidate', ({ candidate, fromUserId }) => {
      this.handleIceCandidate(candidate, fromUserId);
    });

    this.socket.on('user-left', ({ userId }) => {
      this.closePeerConnection(userId);
    });

    this.socket.on('room-ended', () => {
      this.cleanup();
    });
  }

  // Always a new one: an earlier one is left open
  createPeerConnection(userId) {
    const peerConnection = new RTCPeerConnection({ iceServers: this.iceServers });
    this.peerConnections.set(userId, peerConnection);

    this.localStream.getTracks().forEach((track) => {
      peerConnection.addTrack(track, this.localStream);
    });

    peerConnection.ontrack = (event) => {
      this.remoteStreams.set(userId, event.streams[0]);
      show(userId, event.streams[0]);
    };

    peerConnection.onicecandidate = (event) => {
      if (event.candidate) {
        this.emit('ice-candidate', { candidate: event.candidate, targetUserId: userId });
      }
    };
    return peerConnection;
  }

  async createOffer(userId) {
    const peerConnection = this.createPeerConnection(userId);
    const offer = await peerConnection.createOffer();
    await peerConnection.setLocalDescription(offer);
    this.emit('offer', { offer, targetUserId: userId });
  }

  async handleOffer(offer, userId) {
    const peerConnection = this.createPeerConnection(userId);
    await peerConnection.setRemoteDescription(new RTCSessionDescription(offer));
    const answer = await peerConnection.createAnswer();
    await peerConnection.setLocalDescription(answer);
    this.emit('answer', { answer, targetUserId: userId });
  }

  async handleIceCandidate(candidate, userId) {
    const peerConnection = this.peerConnections.get(userId);
    // What comes before the offer is lost
    await peerConnection?.addIceCandidate(new RTCIceCandidate(candidate)).catch(() => {});
  }

  toggleAudio() {
    this.isAudioEnabled = !this.isAudioEnabled;
    this.localStream.getAudioTracks().forEach((track) => { track.enabled = this.isAudioEnabled; });
    this.emit('media-state-change', { audio: this.isAudioEnabled, video: this.isVideoEnabled });
  }

  sendMessage(message) {
    this.emit('chat-message', { message });
  }

  leaveRoom() {
    this.emit('leave-room', {});
    this.cleanup();
  }

  closePeerConnection(userId) {
    this.peerConnections.get(userId)?.close();
    this.peerConnections.delete(userId);
    this.remoteStreams.delete(userId);
  }

  cleanup() {
    [...this.peerConnections.keys()].forEach((userId) => this.closePeerConnection(userId));
    this.localStream.getTracks().forEach((track) => track.stop());
  }

  emit(event, payload) {
    this.socket.emit(event, { roomId: this.currentRoomId, ...payload });
  }
}

/** The later generation: a token, offers to newcomers only, and candidates that
 *  come before the offer are kept. */
class LaterWebRTCManager extends WebRTCManager {
  pendingCandidates = new Map();

  connectSocket() {
    return io(`${this.me.url}/webrtc`, {
      auth: { token: this.me.token },
      transports: ['websocket', 'polling'],
      withCredentials: true
    });
  }

  setupSocketListeners() {
    super.setupSocketListeners();
    this.socket.off('room-joined');
  }

  async handleOffer(offer, userId) {
    await super.handleOffer(offer, userId);
    const pending = this.pendingCandidates.get(userId) ?? [];
    this.pendingCandidates.delete(userId);
    for (const candidate of pending) await super.handleIceCandidate(candidate, userId);
  }

  async handleIceCandidate(candidate, userId) {
    if (this.peerConnections.has(userId)) {
      await super.handleIceCandidate(candidate, userId);
    } else {
      const pending = this.pendingCandidates.get(userId) ?? [];
      this.pendingCandidates.set(userId, [...pending, candidate]);
    }
  }
}

/** Somebody with a client of the first generation. */
export class RtcVisitor extends Visitor {
  makeManager() {
    return new WebRTCManager(this.me);
  }

  async ready() {
    this.manager = this.makeManager();
    this.listen(this.manager.socket);
    await this.manager.initialize();
  }

  async join(place) {
    await this.manager.joinRoom(place);
    await this.first('room-joined');
  }

  async mute() {
    this.manager.toggleAudio();
  }

  async say(text) {
    this.manager.sendMessage(text);
  }

  async hangUp() {
    this.manager.leaveRoom();
  }

  connections() {
    return this.manager.peerConnections;
  }
}

/** Somebody with a client of the later generation. */
export class LaterRtcVisitor extends RtcVisitor {
  makeManager() {
    return new LaterWebRTCManager(this.me);
  }
}
