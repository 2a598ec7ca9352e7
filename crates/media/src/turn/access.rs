//! What a relay asks the house: who somebody is, and whom they may reach.

use std::net::IpAddr;
use std::sync::Arc;

/// Who holds an allocation, as the house names them. The relay only compares.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Holder(pub Arc<str>);

/// What proves a username, and whose it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Who presents the username.
    pub holder: Holder,
    /// What they must know.
    pub password: String,
}

/// The house's rules. Each question is asked when something is allocated or
/// permitted, never for a packet; it must be answered from memory.
pub trait Access: Send + Sync + 'static {
    /// The account behind a username, if it may allocate now. `None` for one that
    /// was not given out, has expired, or whose holder has no business here any
    /// more. What is allocated may be kept beyond the expiry.
    fn account(&self, username: &str) -> Option<Account>;

    /// Whether somebody may keep what they have allocated: asked when they want to
    /// refresh it, and by [`TurnHandle::review`](super::TurnHandle::review).
    fn may_stay(&self, holder: &Holder) -> bool;

    /// Whether packets may be exchanged with this address. Special addresses
    /// (private, loopback, our own) were dealt with before.
    fn may_reach(&self, holder: &Holder, peer: IpAddr) -> bool;

    /// Whether two who both have a relayed address here may use them to reach each
    /// other.
    fn may_meet(&self, one: &Holder, other: &Holder) -> bool;
}
