//! Which pictures and sounds of a part are taken.

use super::Kind;

/// Judges one track of one part, in order. Times are counted from the part's
/// beginning, in whatever unit the caller uses.
#[derive(Debug)]
pub(super) struct Gate {
    kind: Kind,
    most: u64,
    /// Whether what depends on the one before can be decoded.
    is_started: bool,
    is_closed: bool,
    last: u64,
}

impl Gate {
    pub(super) fn new(kind: Kind, most: u64) -> Self {
        Self { kind, most, is_started: kind == Kind::Audio, is_closed: false, last: 0 }
    }

    /// Whether what lasts from `at` to `end` is taken. After the first that ends too
    /// late nothing is.
    pub(super) fn takes(&mut self, at: u64, end: u64, is_keyframe: bool) -> bool {
        self.is_closed |= end > self.most;
        self.is_started |= is_keyframe;
        if self.is_closed || !self.is_started {
            return false;
        }
        if at < self.last {
            // Time that runs backwards is garbage; pictures need a new beginning.
            self.is_started = self.kind == Kind::Audio;
            return false;
        }
        self.last = at;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_wait_for_a_keyframe_and_sounds_do_not() {
        let mut video = Gate::new(Kind::Video, u64::MAX);
        assert!(!video.takes(0, 40, false));
        assert!(video.takes(40, 80, true));
        assert!(video.takes(80, 120, false));
        assert!(Gate::new(Kind::Audio, u64::MAX).takes(0, 20, false));
    }

    #[test]
    fn nothing_is_taken_after_what_ended_too_late() {
        let mut audio = Gate::new(Kind::Audio, 50);
        assert!(audio.takes(0, 50, true));
        assert!(!audio.takes(40, 51, true));
        assert!(!audio.takes(40, 45, true));
    }

    #[test]
    fn after_a_step_back_pictures_need_a_keyframe() {
        let mut video = Gate::new(Kind::Video, u64::MAX);
        assert!(video.takes(100, 140, true));
        assert!(!video.takes(60, 100, false));
        assert!(!video.takes(140, 180, false));
        assert!(video.takes(180, 220, true));
    }
}
