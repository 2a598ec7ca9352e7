//! Which bytes somebody asks for (RFC 9110, section 14).

use std::ops::Range;

/// What is to be sent of something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Asked {
    /// All of it (200).
    Whole,
    /// These bytes (206); never none.
    Part(Range<u64>),
    /// Bytes that are not there, or more than one range (416).
    Nothing,
}

/// What a `Range` header asks for of `size` bytes. A header that makes no sense
/// is as good as none, and so is a unit other than bytes; several ranges at once
/// are refused, because a thousand of them cost a thousand times the work.
pub(crate) fn asked(header: Option<&str>, size: u64) -> Asked {
    let Some((unit, ranges)) = header.and_then(|it| it.split_once('=')) else {
        return Asked::Whole;
    };
    if !unit.trim().eq_ignore_ascii_case("bytes") {
        return Asked::Whole;
    }
    let mut ranges = ranges.split(',').map(str::trim).filter(|it| !it.is_empty());
    let (Some(range), more) = (ranges.next(), ranges.next()) else { return Asked::Whole };
    match (more, read(range)) {
        (Some(_), _) => Asked::Nothing,
        (None, Some(range)) => range.of(size),
        (None, None) => Asked::Whole,
    }
}

/// One range as it is written.
enum Written {
    /// The last so many bytes.
    Last(u64),
    /// From a byte to the end, or to another one.
    From(u64, Option<u64>),
}

fn read(text: &str) -> Option<Written> {
    let (first, last) = text.split_once('-')?;
    match (first, last) {
        ("", last) => Some(Written::Last(number(last)?)),
        (first, "") => Some(Written::From(number(first)?, None)),
        (first, last) => {
            let (first, last) = (number(first)?, number(last)?);
            (first <= last).then_some(Written::From(first, Some(last)))
        }
    }
}

/// Digits alone. A number too large for us is larger than everything we have.
fn number(text: &str) -> Option<u64> {
    let is_number = !text.is_empty() && text.bytes().all(|it| it.is_ascii_digit());
    is_number.then(|| text.parse().unwrap_or(u64::MAX))
}

impl Written {
    fn of(self, size: u64) -> Asked {
        let range = match self {
            Written::Last(count) => size.saturating_sub(count)..size,
            Written::From(first, None) => first..size,
            Written::From(first, Some(last)) => first..last.saturating_add(1).min(size),
        };
        match range.start < range.end {
            true => Asked::Part(range),
            false => Asked::Nothing,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(header: &str, size: u64, expected: Asked) {
        assert_eq!(asked(Some(header), size), expected, "{header} of {size}");
    }

    #[test]
    fn ranges_are_read_as_the_standard_says() {
        // The examples of RFC 9110, section 14.1.2.
        check("bytes=0-499", 10000, Asked::Part(0..500));
        check("bytes=500-999", 10000, Asked::Part(500..1000));
        check("bytes=-500", 10000, Asked::Part(9500..10000));
        check("bytes=9500-", 10000, Asked::Part(9500..10000));
        check("bytes=9500-20000", 10000, Asked::Part(9500..10000));
        check("BYTES=0-0", 10000, Asked::Part(0..1));
        check("bytes= 0-0 ", 10000, Asked::Part(0..1));
        check("bytes=-20000", 10000, Asked::Part(0..10000));
    }

    #[test]
    fn what_is_not_there_cannot_be_had() {
        check("bytes=10000-", 10000, Asked::Nothing);
        check("bytes=99999999999999999999999-", 10000, Asked::Nothing);
        check("bytes=-0", 10000, Asked::Nothing);
        check("bytes=0-", 0, Asked::Nothing);
        check("bytes=-1", 0, Asked::Nothing);
        check("bytes=0-0,5-6", 10000, Asked::Nothing);
        check(&format!("bytes={}", "0-0,".repeat(1000)), 10000, Asked::Nothing);
    }

    #[test]
    fn what_makes_no_sense_is_as_good_as_nothing() {
        let nonsense =
            ["", "bytes", "bytes=", "bytes=-", "bytes=a-b", "bytes=5-4", "bytes=+1-2", "lines=0-1"];
        for header in nonsense {
            check(header, 10000, Asked::Whole);
        }
        assert_eq!(asked(None, 10000), Asked::Whole);
    }

    proptest! {
        /// The standard says which positions a range names; whichever of them
        /// are there are sent.
        #[test]
        fn exactly_the_bytes_that_were_asked_for(
            size in 0u64..40, first in 0u64..50, last in 0u64..50, kind in 0..3,
        ) {
            let (header, names): (String, Box<dyn Fn(u64) -> bool>) = match kind {
                0 if first <= last =>
                    (format!("bytes={first}-{last}"), Box::new(move |it| it >= first && it <= last)),
                1 => (format!("bytes={first}-"), Box::new(move |it| it >= first)),
                _ => (format!("bytes=-{last}"), Box::new(move |it| it + last >= size)),
            };
            let named: Vec<u64> = (0..size).filter(|it| names(*it)).collect();
            let sent: Vec<u64> = match asked(Some(&header), size) {
                Asked::Whole => panic!("{header} is a good one"),
                Asked::Part(range) => range.collect(),
                Asked::Nothing => Vec::new(),
            };
            prop_assert_eq!(sent, named);
        }

        #[test]
        fn nothing_that_is_sent_makes_it_stumble(header in "(bytes=)?[-0-9, a=]{0,30}", size: u64) {
            if let Asked::Part(range) = asked(Some(&header), size) {
                prop_assert!(range.start < range.end && range.end <= size);
            }
        }
    }
}
