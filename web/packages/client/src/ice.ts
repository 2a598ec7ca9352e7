//! Where this device finds a way to others: STUN and TURN, from the server.

/** What `GET /api/ice-servers` answers. */
interface IceAnswer {
  iceServers: RTCIceServer[];
}

/** Asks the server for ICE servers. Without an answer a call still works
 *  between devices that can reach each other directly, so none is no failure. */
export async function fetchIceServers(
  url: string,
  token: () => Promise<string>,
): Promise<RTCIceServer[]> {
  try {
    const headers = { authorization: `Bearer ${await token()}` };
    const response = await fetch(`${url}/api/ice-servers`, { headers });
    if (!response.ok) return [];
    return ((await response.json()) as IceAnswer).iceServers;
  } catch {
    return [];
  }
}
