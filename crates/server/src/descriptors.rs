//! How many files and sockets this process may hold open.

/// What a house needs besides its relay: connections, the database, files.
const USUAL: usize = 4096;

/// How many a full house holds open.
pub(crate) fn wanted(allocations: usize) -> u64 {
    // Who relays over TCP holds two.
    let wanted = USUAL.saturating_add(allocations.saturating_mul(2));
    u64::try_from(wanted).unwrap_or(u64::MAX)
}

/// Raises the limit as far as this user may. Every connection and every relayed
/// address is a descriptor, and the usual limit of 1,024 is used up by a few hundred
/// calls.
pub(crate) fn raise_limit(allocations: usize) {
    let wanted = wanted(allocations);
    let limit = rlimit::increase_nofile_limit(wanted).or_else(|error| {
        tracing::debug!(%error, "The limit of open files could not be raised");
        rlimit::Resource::NOFILE.get_soft()
    });
    match limit {
        Ok(limit) if limit < wanted => tracing::warn!(
            limit,
            wanted,
            "Few files and sockets may be open at a time: raise the limit (ulimit -n, or \
             LimitNOFILE in systemd), or connections are refused when it is used up"
        ),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limit_is_raised_as_far_as_it_may_be_and_never_lowered() {
        let soft = || rlimit::Resource::NOFILE.get_soft().expect("there is a limit");
        let before = soft();
        raise_limit(0);
        assert!(soft() >= before);
        raise_limit(usize::MAX);
        assert_eq!(soft(), rlimit::Resource::NOFILE.get_hard().expect("there is a limit"));
    }
}
