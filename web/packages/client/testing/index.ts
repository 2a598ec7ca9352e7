//! Stand-ins for what a browser and a server bring, for tests of pages that
//! make calls. Nothing here waits for real time.

export { FakeDevice } from './device';
export { FakeFolder } from './folder';
export { FakeDevices, FakeStream, FakeTrack } from './media';
export { FakeNetwork } from './network';
export { FakeConnection, type Pace } from './peer-connection';
export { FakeReach, type Reached } from './reach';
export { FakeEquipment, FakeHouse, FakeStudio, FakeTape } from './recording';
export { FakeServer, type Said } from './server';
export { MapStorage } from './storage';
export {
  callState,
  consent,
  EVERYTHING,
  participant,
  person,
  recording,
  request,
} from './wire';
