//! A bucket on this machine for tests: an S3-compatible server over a folder.
