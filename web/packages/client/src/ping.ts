//! Sending something through the relay and back.

/** The fastest of so many is told: what is slower waited for something else. */
const PINGS = 3;

/** From here to the relay and back, in milliseconds. Between two ends that are
 *  both behind the relay, something passes it once in each direction. */
export async function ping(one: RTCPeerConnection, other: RTCPeerConnection): Promise<number> {
  exchange(one, other);
  exchange(other, one);
  other.ondatachannel = ({ channel }) => {
    channel.onmessage = () => channel.send('pong');
  };
  const channel = one.createDataChannel('check');
  const times = new Promise<number[]>((resolve) => {
    const taken: number[] = [];
    let sent = 0;
    const send = () => {
      sent = performance.now();
      channel.send('ping');
    };
    channel.onopen = send;
    channel.onmessage = () => {
      taken.push(performance.now() - sent);
      if (taken.length < PINGS) send();
      else resolve(taken);
    };
  });
  await one.setLocalDescription();
  await other.setRemoteDescription(describe(one));
  await other.setLocalDescription();
  await one.setRemoteDescription(describe(other));
  return Math.round(Math.min(...(await times)) / 2);
}

function exchange(from: RTCPeerConnection, to: RTCPeerConnection): void {
  from.onicecandidate = ({ candidate }) => {
    // One that cannot be used leaves the others.
    if (candidate !== null) to.addIceCandidate(candidate).catch(() => undefined);
  };
}

function describe({ localDescription }: RTCPeerConnection): RTCSessionDescription {
  if (localDescription === null) throw new Error('A description that was set is missing.');
  return localDescription;
}
