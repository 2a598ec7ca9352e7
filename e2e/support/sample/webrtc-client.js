//! The sample client that comes with the vocabulary of `/webrtc`, as a user
//! types it: its types are gone, what it leaves to the user is filled in.

import { io } from 'socket.io-client';

export class WebRTCClient {
  currentCallId;

  constructor(apiUrl, token) {
    this.apiUrl = apiUrl;
    this.token = token;
    this.socket = io(`${apiUrl}/webrtc`, {
      auth: { token }
    });

    this.setupSocketListeners();
  }

  // Initialize WebRTC
  async initialize() {
    // Get user media
    this.localStream = await navigator.mediaDevices.getUserMedia({
      video: true,
      audio: true
    });

    // Create peer connection
    this.peerConnection = new RTCPeerConnection({
      iceServers: [
        { urls: 'stun:stun.l.google.com:19302' },
        // Add TURN servers from API
      ]
    });

    // Add local stream tracks
    this.localStream.getTracks().forEach(track => {
      this.peerConnection.addTrack(track, this.localStream);
    });

    // Handle remote stream
    this.peerConnection.ontrack = (event) => {
      this.remoteStream = event.streams[0];
      // Update UI with remote stream
      document.querySelector('#remote').srcObject = this.remoteStream;
    };

    // Handle ICE candidates
    this.peerConnection.onicecandidate = (event) => {
      if (event.candidate) {
        this.socket.emit('ice-candidate', {
          callId: this.currentCallId,
          candidate: event.candidate
        });
      }
    };

    // Monitor connection quality
    this.startQualityMonitoring();
  }

  // Join a call
  async joinCall(callId) {
    this.currentCallId = callId;

    // Join call room
    this.socket.emit('join-call', {
      callId,
      videoEnabled: true,
      audioEnabled: true
    });
  }

  // Create and send offer
  async createOffer(targetUserId) {
    const offer = await this.peerConnection.createOffer();
    await this.peerConnection.setLocalDescription(offer);

    this.socket.emit('offer', {
      callId: this.currentCallId,
      offer: offer,
      targetUserId
    });
  }

  // Handle incoming offer
  async handleOffer(offer, fromUserId) {
    await this.peerConnection.setRemoteDescription(offer);
    const answer = await this.peerConnection.createAnswer();
    await this.peerConnection.setLocalDescription(answer);

    this.socket.emit('answer', {
      callId: this.currentCallId,
      answer: answer,
      targetUserId: fromUserId
    });
  }

  // Monitor connection quality
  startQualityMonitoring() {
    setInterval(async () => {
      const stats = await this.peerConnection.getStats();
      const metrics = this.parseStats(stats);

      this.socket.emit('connection-quality', {
        callId: this.currentCallId,
        metrics
      });
    }, 10000);
  }

  // Left to the user by the sample
  parseStats(stats) {
    const metrics = {};
    stats.forEach((it) => {
      if (it.type === 'candidate-pair' && it.nominated) {
        metrics.latency = it.currentRoundTripTime * 1000;
        metrics.bandwidth = it.availableOutgoingBitrate / 1000;
      }
      if (it.type === 'inbound-rtp' && it.kind === 'video') {
        metrics.jitter = it.jitter * 1000;
        metrics.packetLoss = (100 * it.packetsLost) / (it.packetsLost + it.packetsReceived);
        metrics.videoResolution = `${it.frameWidth}x${it.frameHeight}`;
      }
    });
    return metrics;
  }

  setupSocketListeners() {
    this.socket.on('offer', (data) => {
      this.handleOffer(data.offer, data.fromUserId);
    });

    this.socket.on('answer', async (data) => {
      await this.peerConnection.setRemoteDescription(data.answer);
    });

    this.socket.on('ice-candidate', async (data) => {
      await this.peerConnection.addIceCandidate(data.candidate);
    });

    this.socket.on('participant-joined', (data) => {
      // New participant joined, create offer
      this.createOffer(data.userId);
    });

    this.socket.on('quality-warning', (data) => {
      // Show quality warning to user
      console.warn('Connection quality issue:', data);
    });
  }
}
