//! What a recording is made of: chunks that come in are sealed into a log, and
//! joined in the end to one sealed file that plays and seeks everywhere. Knows no
//! network and no database.
