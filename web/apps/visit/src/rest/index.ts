//! The REST face of the server, as types and one function each.

export * from './accounts';
export * from './appointments';
export * from './chat';
export * from './connection-checks';
export * from './guests';
export * from './meetings';
export * from './notes';
export * from './people';
export * from './recordings';
