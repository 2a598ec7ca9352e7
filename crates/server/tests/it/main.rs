//! The house over real sockets, with an empty database in memory and a clock
//! that stands still until it is moved.

mod deadlines;
mod half_open;
mod people;
mod privacy;
mod proxy;
mod slow_reader;
mod support;
