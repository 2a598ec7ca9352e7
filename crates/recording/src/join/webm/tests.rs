use std::io::Cursor;
use std::time::Duration;

use proptest::prelude::*;

use super::ebml::Elements;
use super::ids;
use crate::join::{Container, JoinProblem, Joined, Part, join};
use player::{Cue, Player};
use recorder::{OPUS, Recorder, VP8};

mod player;
mod recorder;

/// Picture and sound in a joined file.
const VIDEO: u64 = 1;
const AUDIO: u64 = 2;

fn part(recorder: Recorder) -> Part<Cursor<Vec<u8>>> {
    Part { media: Cursor::new(recorder.bytes()), most: None }
}

fn join_parts(parts: Vec<Part<Cursor<Vec<u8>>>>) -> Result<(Joined, Player), JoinProblem> {
    let mut file = Vec::new();
    let joined = join(Container::WebM, parts, &mut file)?;
    assert_eq!(joined.bytes, file.len() as u64);
    let player = Player::open(&file);
    player.check();
    // The file has it in milliseconds, and thousandths are no binary fractions.
    assert!((player.duration - joined.duration.as_secs_f64()).abs() < 1e-9);
    Ok((joined, player))
}

fn joined(recorders: Vec<Recorder>) -> (Joined, Player) {
    join_parts(recorders.into_iter().map(part).collect()).expect("they are in order")
}

fn problem(recorders: Vec<Recorder>) -> JoinProblem {
    join_parts(recorders.into_iter().map(part).collect()).expect_err("they are not in order")
}

/// Where each part begins, and how long it is, in milliseconds.
fn places(joined: &Joined) -> Vec<(u128, u128)> {
    joined.parts.iter().map(|it| (it.start.as_millis(), it.length.as_millis())).collect()
}

#[test]
fn a_recording_gets_a_duration_and_an_index() {
    let (joined, player) = joined(vec![Recorder::of_both().seconds("a", 3)]);
    assert_eq!(joined.duration, Duration::from_secs(3));
    assert_eq!(places(&joined), [(0, 3_000)]);
    assert_eq!(player.doc_type, "webm");
    assert_eq!(player.tracks, [(VIDEO, VP8.into()), (AUDIO, OPUS.into())]);
    let cues: Vec<_> = player.cues.iter().map(|it| (it.time, it.track)).collect();
    assert_eq!(cues, [(0, VIDEO), (1_000, VIDEO), (2_000, VIDEO)]);
    assert_eq!(player.payloads(VIDEO)[..2], ["a 0 key", "a 100 picture"]);
    assert_eq!(player.times(AUDIO), (0..3_000).step_by(50).collect::<Vec<_>>());
}

#[test]
fn a_part_begins_where_the_longest_track_before_ends() {
    let short = Recorder::of_both()
        .cluster(0)
        .keyframe(2, 0, "key")
        .keyframe(1, 0, "sound")
        .keyframe(1, 60, "sound")
        .block(2, 100, "picture");
    let (joined, player) = joined(vec![short, Recorder::of_both().seconds("b", 1)]);
    assert_eq!(places(&joined), [(0, 200), (200, 1_000)]);
    assert_eq!(joined.duration, Duration::from_millis(1_200));
    assert_eq!(player.times(VIDEO)[..4], [0, 100, 200, 300]);
    assert_eq!(player.times(AUDIO)[..4], [0, 60, 200, 250]);
    assert_eq!(player.payloads(VIDEO)[2], "b 0 key");
}

#[test]
fn tracks_of_later_parts_are_found_by_what_they_carry() {
    let other = Recorder::new(&[(7, VP8), (3, OPUS)])
        .cluster(0)
        .keyframe(3, 0, "sound")
        .keyframe(7, 5, "key");
    let (_, player) = joined(vec![Recorder::of_both().seconds("a", 1), other]);
    assert_eq!(player.payloads(VIDEO).last(), Some(&"key"));
    assert_eq!(player.payloads(AUDIO).last(), Some(&"sound"));
}

#[test]
fn a_second_track_of_a_kind_is_left_out() {
    let two = Recorder::new(&[(1, OPUS), (2, OPUS)]);
    let (_, player) = joined(vec![two.cluster(0).keyframe(1, 0, "one").keyframe(2, 0, "two")]);
    assert_eq!(player.payloads(AUDIO), ["one"]);
}

#[test]
fn pictures_of_a_part_begin_with_a_keyframe() {
    let late = Recorder::of_both()
        .cluster(0)
        .block(2, 0, "lost")
        .keyframe(1, 0, "sound")
        .block(2, 100, "lost")
        .keyframe(2, 200, "key")
        .block(2, 300, "picture");
    let (_, player) = joined(vec![Recorder::of_both().seconds("a", 1), late]);
    assert_eq!(player.payloads(VIDEO)[10..], ["key", "picture"]);
    assert_eq!(player.times(VIDEO)[10..], [1_200, 1_300]);
}

#[test]
fn what_ends_after_the_most_is_left_out() {
    let first = Part {
        most: Some(Duration::from_millis(1_540)),
        ..part(Recorder::of_both().seconds("a", 3))
    };
    let parts = vec![first, part(Recorder::of_both().seconds("b", 1))];
    let (joined, player) = join_parts(parts).expect("they are in order");
    assert_eq!(places(&joined), [(0, 1_500), (1_500, 1_000)]);
    assert_eq!(player.payloads(VIDEO)[14..16], ["a 1400 picture", "b 0 key"]);
    assert_eq!(player.payloads(AUDIO)[29..31], ["a 1450 sound", "b 0 sound"]);
}

#[test]
fn a_part_of_which_nothing_may_be_kept_is_passed_over() {
    let none = Part { most: Some(Duration::ZERO), ..part(Recorder::of_both().seconds("a", 3)) };
    let parts = vec![none, part(Recorder::of_both().seconds("b", 1))];
    let (joined, player) = join_parts(parts).expect("one is left");
    assert_eq!(places(&joined), [(0, 0), (0, 1_000)]);
    assert!(player.blocks().all(|it| it.payload.starts_with('b')));
}

#[test]
fn sound_alone_can_be_sought_too() {
    let mut sound = Recorder::new(&[(1, OPUS)]);
    for second in 0..12 {
        sound = sound.cluster(second * 1_000);
        for offset in (0..1_000).step_by(50) {
            sound = sound.keyframe(1, offset, "sound");
        }
    }
    let (joined, player) = joined(vec![sound.clone(), sound]);
    assert_eq!(joined.duration, Duration::from_secs(24));
    assert_eq!(player.tracks, [(AUDIO, OPUS.into())]);
    let times: Vec<_> = player.cues.iter().map(|it| it.time).collect();
    assert_eq!(times, [0, 5_000, 10_000, 12_000, 17_000, 22_000]);
}

#[test]
fn a_part_may_have_sound_only() {
    let sound = Recorder::new(&[(9, OPUS)]).cluster(0).keyframe(9, 0, "alone");
    let (joined, player) = joined(vec![sound.clone(), Recorder::of_both().seconds("a", 1), sound]);
    assert_eq!(places(&joined), [(0, 20), (20, 1_000), (1_020, 20)]);
    let cues: Vec<_> = player.cues.iter().map(|it| (it.time, it.track)).collect();
    assert_eq!(cues, [(0, AUDIO), (20, VIDEO), (1_020, AUDIO)]);
}

#[test]
fn parts_without_media_are_passed_over() {
    let silent = Recorder::of_both().cluster(0);
    let (joined, _) = joined(vec![silent.clone(), Recorder::of_both().seconds("a", 1), silent]);
    assert_eq!(places(&joined), [(0, 0), (0, 1_000), (1_000, 0)]);
}

#[test]
fn without_any_media_there_is_nothing_to_join() {
    assert!(matches!(problem(vec![]), JoinProblem::Empty));
    assert!(matches!(problem(vec![Recorder::of_both()]), JoinProblem::Empty));
    let empty = Part { media: Cursor::new(Vec::new()), most: None };
    assert!(matches!(join_parts(vec![empty]), Err(JoinProblem::Empty)));
}

#[test]
fn codecs_stay_the_same() {
    let other = Recorder::new(&[(1, OPUS), (2, "V_VP9")]).seconds("b", 1);
    let problem = problem(vec![Recorder::of_both().seconds("a", 1), other.clone()]);
    assert!(matches!(problem, JoinProblem::OtherCodecs { part: 1 }), "{problem}");
    let silent = Recorder::of_both();
    joined(vec![silent, other]);
}

#[test]
fn other_codecs_make_it_matroska() {
    let h264 = Recorder::new(&[(1, OPUS), (2, "V_MPEG4/ISO/AVC")]).seconds("a", 1);
    assert_eq!(joined(vec![h264]).1.doc_type, "matroska");
}

#[test]
fn what_no_recorder_writes_is_refused() {
    let garbage = Part { media: Cursor::new(b"garbage".to_vec()), most: None };
    let found = join_parts(vec![part(Recorder::of_both().seconds("a", 1)), garbage]);
    assert!(matches!(found, Err(JoinProblem::Unreadable { part: 1 })));
    let odd = Recorder::counting_in(1_000, &[(1, OPUS)]).cluster(0).keyframe(1, 0, "sound");
    assert!(matches!(problem(vec![odd]), JoinProblem::Unreadable { part: 0 }));
}

#[test]
fn what_stands_beside_a_block_is_kept() {
    let mut more = Elements::default();
    more.uint(ids::BLOCK_DURATION, 70).uint(0x75A1, 1);
    let mut later = more.clone();
    later.uint(ids::REFERENCE_BLOCK, 1);
    let grouped = Recorder::of_both()
        .cluster(0)
        .group(2, 0, "key", &more)
        .group(2, 70, "picture", &later)
        .keyframe(1, 0, "sound");
    let (joined, player) = joined(vec![grouped]);
    assert_eq!(joined.duration, Duration::from_millis(140));
    let pictures: Vec<_> = player.blocks().filter(|it| it.track == VIDEO).collect();
    assert_eq!([pictures[0].is_keyframe, pictures[1].is_keyframe], [true, false]);
    assert_eq!(pictures[0].beside, [ids::BLOCK_DURATION, 0x75A1]);
    assert_eq!(pictures[1].payload, "picture");
}

#[test]
fn clusters_are_short_however_long_those_of_the_part_are() {
    let mut long = Recorder::of_both().cluster(0).keyframe(2, 0, "key");
    for offset in (0..32_000).step_by(100) {
        long = long.keyframe(1, offset, "sound").block(2, offset, "picture");
    }
    let (_, player) = joined(vec![long.clone(), long]);
    for cluster in &player.clusters {
        let last = cluster.blocks.iter().map(|it| it.time).max().expect("it has blocks");
        assert!(last - cluster.time < 5_000, "{} to {last}", cluster.time);
    }
    let cues: Vec<_> = player.cues.iter().map(|it| it.time).collect();
    assert_eq!(cues, [0, 32_000], "only keyframes are found by the index");
}

#[test]
fn keyframes_close_together_share_a_cluster() {
    let mut dense = Recorder::of_both().cluster(0);
    for offset in 0..2_000 {
        dense = dense.keyframe(2, offset, "key");
    }
    let (_, player) = joined(vec![dense]);
    let times: Vec<_> = player.clusters.iter().map(|it| it.time).collect();
    assert_eq!(times, [0, 500, 1_000, 1_500]);
}

#[test]
fn the_time_of_a_part_is_counted_from_its_first_cluster() {
    let late = Recorder::of_both().cluster(90_000).keyframe(2, 0, "key").block(2, 40, "picture");
    let (joined, player) = joined(vec![late]);
    assert_eq!(joined.duration, Duration::from_millis(80));
    assert_eq!(player.times(VIDEO), [0, 40]);
}

#[test]
fn time_that_runs_backwards_is_left_out_and_pictures_begin_anew() {
    let jump = Recorder::of_both()
        .cluster(0)
        .keyframe(2, 500, "key")
        .block(2, 400, "back")
        .block(2, 600, "lost")
        .keyframe(2, 700, "key again");
    assert_eq!(joined(vec![jump]).1.payloads(VIDEO), ["key", "key again"]);
}

#[test]
fn a_track_far_behind_the_other_is_left_out() {
    let torn = Recorder::of_both()
        .cluster(0)
        .keyframe(1, 0, "sound")
        .cluster(40_000)
        .keyframe(2, 0, "key")
        .cluster(1_000)
        .keyframe(1, 0, "behind")
        .cluster(25_000)
        .keyframe(1, 0, "sound");
    let (_, player) = joined(vec![torn]);
    assert_eq!(player.times(AUDIO), [0, 25_000]);
}

#[test]
fn what_lies_beyond_two_days_is_left_out() {
    let endless = Recorder::of_both()
        .cluster(0)
        .keyframe(1, 0, "sound")
        .cluster(u64::MAX)
        .keyframe(1, i16::MAX, "never")
        .cluster(50 * 60 * 60 * 1_000)
        .keyframe(2, 0, "never");
    let (joined, player) = joined(vec![endless]);
    assert_eq!(joined.duration, Duration::from_millis(20));
    assert_eq!(player.blocks().count(), 1);
}

#[test]
fn sizes_that_lie_end_a_part() {
    for size in [1 << 40, (1 << 56) - 2] {
        let mut part = Recorder::of_both().seconds("a", 1);
        part.0.begin(ids::SIMPLE_BLOCK, size);
        let (joined, _) = joined(vec![part]);
        assert_eq!(joined.duration, Duration::from_secs(1));
    }
}

#[test]
fn large_blocks_do_not_make_endless_clusters() {
    let large = "x".repeat(3_000_000);
    let mut part = Recorder::of_both().cluster(0);
    for offset in 0..6 {
        part = part.keyframe(2, offset, &large);
    }
    let counts: Vec<_> = joined(vec![part]).1.clusters.iter().map(|it| it.blocks.len()).collect();
    assert_eq!(counts, [2, 2, 2]);
}

#[test]
fn a_part_cut_off_anywhere_gives_what_was_whole() {
    let whole = Recorder::of_both().seconds("a", 2).bytes();
    let (_, all) = joined(vec![Recorder::of_both().seconds("a", 2)]);
    let all: Vec<_> = all.blocks().map(|it| it.payload.clone()).collect();
    let mut most = 0;
    for length in 0..=whole.len() {
        let part = Part { media: Cursor::new(whole[..length].to_vec()), most: None };
        let blocks = match join_parts(vec![part]) {
            Err(JoinProblem::Empty) => 0,
            Ok((_, player)) => {
                let kept: Vec<_> = player.blocks().map(|it| &it.payload).collect();
                assert!(all.iter().zip(&kept).all(|(one, other)| one == *other), "{length}");
                kept.len()
            }
            Err(problem) => panic!("cut off at {length}: {problem}"),
        };
        assert!(blocks >= most, "less is left of {length} bytes than of one byte less");
        most = blocks;
    }
    assert_eq!(most, all.len());
}

#[test]
fn a_cue_says_where_its_cluster_is() {
    let (_, player) = joined(vec![Recorder::of_both().seconds("a", 2)]);
    let [first, second] = &player.clusters[..] else { panic!("one a second") };
    let cue = |time, position| Cue { time, track: VIDEO, position };
    assert_eq!(player.cues, [cue(0, first.position), cue(1_000, second.position)]);
}

proptest! {
    #[test]
    fn garbage_never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..2_000), is_begun: bool) {
        let mut media = if is_begun { Recorder::of_both().bytes() } else { Vec::new() };
        media.extend(bytes);
        let part = Part { media: Cursor::new(media), most: None };
        let _ = join_parts(vec![part]);
    }

    #[test]
    fn a_damaged_part_never_panics(
        damage in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..20),
        most in proptest::option::of(0_u64..3_000),
    ) {
        let mut media = Recorder::of_both().seconds("a", 2).bytes();
        for (index, byte) in damage {
            let index = index.index(media.len());
            media[index] = byte;
        }
        let most = most.map(Duration::from_millis);
        let damaged = Part { media: Cursor::new(media), most };
        if let Ok((joined, _)) = join_parts(vec![damaged]) {
            prop_assert!(most.is_none_or(|it| joined.duration <= it));
        }
    }
}
