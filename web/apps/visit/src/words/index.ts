//! How things are said: names, times, outcomes, doors, connections, news.

export * from './connections';
export * from './doors';
export * from './names';
export * from './news';
export * from './outcomes';
export * from './times';
