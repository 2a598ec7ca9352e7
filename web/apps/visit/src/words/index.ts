//! How things are said: names, times, outcomes, doors, connections, recordings, news.

export * from './connections';
export * from './consent';
export * from './doors';
export * from './names';
export * from './news';
export * from './outcomes';
export * from './recordings';
export * from './times';
