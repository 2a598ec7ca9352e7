//! Clients of the meeting vocabulary: the one its guide integrates, which does
//! everything on one socket, and the later one with a second socket for media.

import { io } from 'socket.io-client';
import { Visitor, show } from './visitor.js';

// Left to the user by the guide: one RTCPeerConnection per other user
class WebRTCManager {
  peers = new Map();
  localStream = null;
  turn = Promise.resolve();

  async initialize(roomId, userId, socket) {
    this.roomId = roomId;
    this.userId = userId;
    this.socket = socket;
    socket.on('webrtc_offer', (data) => this.inTurn(() => this.handleOffer(data)));
    socket.on('webrtc_answer', (data) => this.inTurn(() => this.handleAnswer(data)));
    socket.on('webrtc_ice_candidate', (data) => this.inTurn(() => this.handleCandidate(data)));
  }

  // Nothing begins while an offer is being answered
  inTurn(work) {
    const done = this.turn.then(work);
    this.turn = done.catch(() => {});
    return done;
  }

  async startLocalMedia(audio, video) {
    this.localStream = await navigator.mediaDevices.getUserMedia({ audio, video });
    this.peers.forEach((peer) => this.addTracks(peer));
  }

  addTracks(peer) {
    this.localStream?.getTracks().forEach((track) => peer.addTrack(track, this.localStream));
  }

  peerOf(userId) {
    return this.peers.get(userId) ?? this.createPeer(userId);
  }

  createPeer(userId) {
    const peer = new RTCPeerConnection({ iceServers: [] });
    this.peers.set(userId, peer);
    this.addTracks(peer);
    peer.ontrack = (event) => this.onRemoteStream?.(event.streams[0], userId);
    peer.onicecandidate = ({ candidate }) => {
      if (candidate) this.emit('webrtc_ice_candidate', userId, { candidate });
    };
    return peer;
  }

  async sendOffer(userId, onRemoteStream) {
    this.onRemoteStream = onRemoteStream;
    await this.inTurn(() => this.offer(userId));
  }

  async offer(userId) {
    const peer = this.peerOf(userId);
    const sdp = await peer.createOffer();
    await peer.setLocalDescription(sdp);
    this.emit('webrtc_offer', userId, { sdp });
  }

  async handleOffer({ senderId, sdp }) {
    const peer = this.peerOf(senderId);
    await peer.setRemoteDescription(sdp);
    const answer = await peer.createAnswer();
    await peer.setLocalDescription(answer);
    this.emit('webrtc_answer', senderId, { sdp: answer });
  }

  async handleAnswer({ senderId, sdp }) {
    await this.peers.get(senderId)?.setRemoteDescription(sdp);
  }

  async handleCandidate({ senderId, candidate }) {
    await this.peers.get(senderId)?.addIceCandidate(candidate);
  }

  closePeer(userId) {
    this.peers.get(userId)?.close();
    this.peers.delete(userId);
  }

  emit(event, targetUserId, signal) {
    this.socket.emit(event, { roomId: this.roomId, targetUserId, ...signal });
  }
}

/** The later manager offers nothing before its media runs, and ignores offers
 *  while its own is pending. */
class MediaLaneManager extends WebRTCManager {
  createPeer(userId) {
    const peer = super.createPeer(userId);
    // Tracks that were not there yet are offered when they come
    if (this.localStream === null) {
      peer.onnegotiationneeded = () => this.sendOffer(userId, this.onRemoteStream);
    }
    return peer;
  }

  async offer(userId) {
    if (this.localStream !== null) await super.offer(userId);
  }

  async handleOffer(data) {
    if (this.peers.get(data.senderId)?.signalingState === 'have-local-offer') return;
    await super.handleOffer(data);
  }
}

// Left to the user by the guide
async function getAccessToken() {
  const cookies = document.cookie.split('; ').map((it) => it.split('='));
  return Object.fromEntries(cookies).AccessToken;
}

async function connectToServer(url) {
  const token = await getAccessToken();
  const socket = io(url, {
    auth: { token },
    transports: ['websocket', 'polling'],
    withCredentials: true,
    forceNew: true
  });
  await new Promise((resolve) => socket.once('connect', resolve));
  return socket;
}

/** Somebody with the client of the guide. */
export class MeetingVisitor extends Visitor {
  webrtcManager = new WebRTCManager();

  async ready() {
    document.cookie = `AccessToken=${this.me.token}`;
    this.socket = await connectToServer(this.me.url);
    this.listen(this.socket);
    this.socket.on('userLeft', ({ userId }) => this.webrtcManager.closePeer(userId));
  }

  async join(roomId) {
    const { socket, webrtcManager } = this;
    const currentUserId = this.me.id;

    // Remote stream handling
    const handleRemoteStream = (stream, userId) => {
      const audio = new Audio();
      audio.autoplay = true;
      audio.srcObject = stream;
      show(userId, stream);
    };
    webrtcManager.onRemoteStream = handleRemoteStream;

    // Join room via WebSocket
    socket.emit('join_room', roomId);

    // Wait for success response
    socket.on('join_room_success', async (response) => {
      // Initialize WebRTC
      await webrtcManager.initialize(roomId, currentUserId, socket);

      // Start local media
      await webrtcManager.startLocalMedia(true, true);

      // Request list of users in room
      socket.emit('joins_in_room', roomId);
    });

    // Receive list of users in the room
    socket.on('room_users', async (userIds) => {
      // Create peer connections to all existing users
      for (const userId of userIds) {
        if (userId !== currentUserId) {
          await webrtcManager.sendOffer(userId, handleRemoteStream);
        }
      }
    });

    await this.first('room_users');
  }

  async mute() {
    this.socket.emit('media_state_changed', { micEnabled: false, cameraEnabled: true });
  }

  async say(text) {
    this.socket.emit('message', { msg: text, visibility: 'public', target: null });
  }

  async hangUp() {
    this.socket.emit('leaveRoom');
    [...this.webrtcManager.peers.keys()].forEach((it) => this.webrtcManager.closePeer(it));
  }

  connections() {
    return this.webrtcManager.peers;
  }
}

/** Somebody with the later client: a socket for words and one for media. */
export class TwoLaneMeetingVisitor extends Visitor {
  webrtcManager = new MediaLaneManager();

  async ready() {
    document.cookie = `AccessToken=${this.me.token}`;
    this.chat = this.listen(await connectToServer(this.me.url));
    this.media = this.listen(await connectToServer(this.me.url));
  }

  async join(roomId) {
    const { chat, media, webrtcManager } = this;
    const currentUserId = this.me.id;
    webrtcManager.onRemoteStream = (stream, userId) => show(userId, stream);
    await webrtcManager.initialize(roomId, currentUserId, media);

    chat.once('join_room_success', () => media.emit('join_room', { roomId, success: true }));
    const inside = new Promise((resolve) => {
      media.once('join_room_success', () => resolve(webrtcManager.startLocalMedia(true, true)));
    });
    media.on('usersOnline', async (users) => {
      for (const { id } of users) {
        if (id !== currentUserId) await webrtcManager.sendOffer(id, webrtcManager.onRemoteStream);
      }
    });
    media.on('user_joined', ({ id }) => webrtcManager.sendOffer(id, webrtcManager.onRemoteStream));
    media.on('user_left', ({ id }) => webrtcManager.closePeer(id));

    chat.emit('join_room', roomId);
    await inside;
  }

  async hangUp() {
    const { id: userId } = this.me;
    this.media.emit('leaveRoom', { roomId: this.webrtcManager.roomId, userId });
    this.chat.emit('leaveRoom', { roomId: this.webrtcManager.roomId, userId });
    [...this.webrtcManager.peers.keys()].forEach((it) => this.webrtcManager.closePeer(it));
  }

  connections() {
    return this.webrtcManager.peers;
  }
}
