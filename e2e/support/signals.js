//! What browsers say to each other, as the server sees it: opaque.

/** A session description. */
export function description(/** @type {'offer' | 'answer'} */ type, sdp = 'v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\n') {
  return { type, sdp };
}

/** A candidate. */
export function candidate(number = 1) {
  const line = `candidate:${number} 1 udp 2122260223 192.0.2.${number} 50000 typ host`;
  return { candidate: line, sdpMid: '0', sdpMLineIndex: 0, usernameFragment: 'ufrg' };
}
