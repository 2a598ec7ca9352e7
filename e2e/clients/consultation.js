//! The sample client of the consultation vocabulary, as a user types it: its
//! types are gone, what it leaves to the user is filled in.

import { io } from 'socket.io-client';
import { Visitor } from './visitor.js';

export class WebRTCService {
  constructor(socketService) {
    this.socketService = socketService;
    this.peerConnection = new RTCPeerConnection({
      iceServers: []
    });

    this.setupPeerConnectionListeners();
    this.setupSocketListeners();
  }

  setupPeerConnectionListeners() {
    this.peerConnection.onicecandidate = (event) => {
      if (event.candidate) {
        this.socketService.sendIceCandidate(this.sessionId, event.candidate, this.targetUserId);
      }
    };

    this.peerConnection.ontrack = (event) => {
      // Attach remote stream to video element
      this.remoteVideoElement.srcObject = event.streams[0];
    };
  }

  setupSocketListeners() {
    this.socketService.onOffer((data) => {
      this.handleOffer(data.offer);
    });

    this.socketService.onAnswer((data) => {
      this.handleAnswer(data.answer);
    });

    this.socketService.onIceCandidate((data) => {
      this.peerConnection.addIceCandidate(new RTCIceCandidate(data.candidate));
    });
  }

  async startCall(localStream) {
    localStream.getTracks().forEach(track => {
      this.peerConnection.addTrack(track, localStream);
    });

    const offer = await this.peerConnection.createOffer();
    await this.peerConnection.setLocalDescription(offer);
    this.socketService.sendOffer(this.sessionId, offer, this.targetUserId);
  }

  async handleOffer(offer) {
    await this.peerConnection.setRemoteDescription(new RTCSessionDescription(offer));

    const answer = await this.peerConnection.createAnswer();
    await this.peerConnection.setLocalDescription(answer);
    this.socketService.sendAnswer(this.sessionId, answer, this.targetUserId);
  }

  async handleAnswer(answer) {
    await this.peerConnection.setRemoteDescription(new RTCSessionDescription(answer));
  }
}

// Left to the user by the sample
class SocketService {
  constructor(url, token) {
    this.socket = io(url, { auth: { token }, transports: ['websocket', 'polling'] });
  }

  join(sessionId) {
    this.socket.emit('consultation:join', { sessionId });
  }

  leave(sessionId) {
    this.socket.emit('consultation:leave', { sessionId });
  }

  sendOffer(sessionId, offer, targetUserId) {
    this.socket.emit('consultation:offer', { sessionId, offer, targetUserId });
  }

  sendAnswer(sessionId, answer, targetUserId) {
    this.socket.emit('consultation:answer', { sessionId, answer, targetUserId });
  }

  sendIceCandidate(sessionId, candidate, targetUserId) {
    this.socket.emit('consultation:ice-candidate', { sessionId, candidate, targetUserId });
  }

  onOffer(handle) {
    this.socket.on('consultation:offer', handle);
  }

  onAnswer(handle) {
    this.socket.on('consultation:answer', handle);
  }

  onIceCandidate(handle) {
    this.socket.on('consultation:ice-candidate', handle);
  }
}

/** Somebody with the sample: who is there first starts the call. */
export class ConsultationVisitor extends Visitor {
  async ready() {
    this.localStream = await navigator.mediaDevices.getUserMedia({ video: true, audio: true });
    this.socketService = new SocketService(this.me.url, this.me.token);
    this.service = new WebRTCService(this.socketService);
    this.service.remoteVideoElement = document.createElement('video');
    this.service.remoteVideoElement.autoplay = true;
    document.body.append(this.service.remoteVideoElement);
    const { socket } = this.socketService;
    this.listen(socket);
    socket.on('consultation:user_joined', () => this.service.startCall(this.localStream));
    await new Promise((resolve) => socket.once('connect', resolve));
  }

  async join(place) {
    this.service.sessionId = place;
    this.service.targetUserId = this.other;
    this.socketService.join(place);
    await this.first('consultation:room_state');
  }

  async hangUp() {
    this.socketService.leave(this.service.sessionId);
    this.service.peerConnection.close();
  }

  connections() {
    return new Map([[this.other, this.service.peerConnection]]);
  }
}
