//! Personal data in a box that has to be opened by name.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A value that says something about a person: a name, an address, what they
/// wrote. It cannot be printed by accident; whoever needs it calls
/// [`Private::reveal`], and the reader of the code sees that they looked.
/// Serialising writes the value: clients and the database get what is theirs.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Private<T>(T);

impl<T> Private<T> {
    /// Closes the box.
    pub fn new(value: T) -> Self {
        Self(value)
    }

    /// Opens the box for reading.
    pub fn reveal(&self) -> &T {
        &self.0
    }

    /// Opens the box for good.
    pub fn into_revealed(self) -> T {
        self.0
    }
}

impl<T> fmt::Debug for Private<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(private)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_line_shows_nothing() {
        let name = Private::new("Ada Lovelace".to_owned());
        assert_eq!(format!("{name:?} {:?}", Some(&name)), "(private) Some((private))");
        assert_eq!(name.reveal(), "Ada Lovelace");
    }
}
