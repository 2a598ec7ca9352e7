//! A whole device for a test: a manager whose browser and server are played.

import {
  LocalMedia,
  Memory,
  WebRTCManager,
  type CallState,
  type Happening,
  type ManagerOptions,
} from '../src';
import { FakeDevices, FakeStream } from './media';
import { FakeNetwork } from './network';
import { FakeConnection } from './peer-connection';
import { FakeEquipment } from './recording';
import { FakeServer } from './server';
import { MapStorage } from './storage';
import { person } from './wire';

/** One person's device. */
export class FakeDevice {
  readonly server = new FakeServer();
  readonly devices = new FakeDevices();
  readonly network = new FakeNetwork();
  /** What the server tells about STUN and TURN, and how often it was asked. */
  iceServers: RTCIceServer[] = [];
  asked = 0;
  /** Every peer connection that was ever made, oldest first. */
  readonly connections: FakeConnection[] = [];
  readonly manager: WebRTCManager;

  constructor(
    readonly user: string,
    readonly storage = new MapStorage(),
    options: Partial<ManagerOptions> = {},
    readonly equipment = new FakeEquipment(),
  ) {
    this.manager = new WebRTCManager({
      token: async () => `token-of-${user}`,
      memory: new Memory(storage),
      media: new LocalMedia(() => this.devices.devices, FakeStream.of),
      socket: this.server.socket,
      network: this.network.watch,
      iceServers: async () => {
        this.asked += 1;
        return this.iceServers;
      },
      connect: (configuration) => {
        const connection = new FakeConnection();
        connection.setConfiguration(configuration);
        this.connections.push(connection);
        return connection.connection;
      },
      stream: FakeStream.of,
      equipment: this.equipment,
      ...options,
    });
  }

  /** Connects, and hears of these open calls. */
  connect(...calls: CallState[]): void {
    this.manager.connect();
    this.welcome(...calls);
  }

  /** The server's first word. */
  welcome(...calls: CallState[]): void {
    this.server.says('welcome', { you: person(this.user), device: 'device', calls, missed: [] });
  }

  /** The server tells the next event of a call. */
  happens(callId: string, event: Happening, seq?: number, by?: string): void {
    const next = (this.manager.getSnapshot().calls.get(callId)?.wire.seq ?? 0) + 1;
    const told = { callId, seq: seq ?? next, at: '2025-03-04T14:01:00Z', event };
    this.server.says('event', by === undefined ? told : { ...told, by });
  }
}
