//! How things are said: names, times, outcomes, doors, news.

export * from './doors';
export * from './names';
export * from './news';
export * from './outcomes';
export * from './times';
