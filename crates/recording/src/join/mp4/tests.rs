use std::io::Cursor;
use std::time::Duration;

use proptest::prelude::*;

use crate::join::{Container, JoinProblem, Joined, Part, join};
use player::Player;
use recorder::{Base, Described, Recorder, Run};

mod player;
mod recorder;

/// Picture and sound in a joined file.
const VIDEO: u32 = 1;
const AUDIO: u32 = 2;

fn part(recorder: Recorder) -> Part<Cursor<Vec<u8>>> {
    Part { media: Cursor::new(recorder.bytes), most: None }
}

fn join_parts(parts: Vec<Part<Cursor<Vec<u8>>>>) -> Result<(Joined, Player), JoinProblem> {
    let mut file = Vec::new();
    let joined = join(Container::Mp4, parts, &mut file)?;
    assert_eq!(joined.bytes, file.len() as u64);
    let player = Player::open(&file);
    player.check();
    assert_eq!(u128::from(player.duration), joined.duration.as_millis());
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

/// Pictures of 100 ms from then on.
fn pictures<'a>(at: u64, samples: &[&'a str]) -> Run<'a> {
    Run { id: 2, at, starts_with_keyframe: true, length: 3_000, samples: samples.to_vec() }
}

/// Sounds of 50 ms from then on.
fn sounds<'a>(at: u64, samples: &[&'a str]) -> Run<'a> {
    Run { id: 1, at, starts_with_keyframe: true, length: 2_400, samples: samples.to_vec() }
}

#[test]
fn a_recording_gets_a_duration_and_an_index() {
    let (joined, player) = joined(vec![Recorder::of_both().seconds("a", 3)]);
    assert_eq!(joined.duration, Duration::from_secs(3));
    assert_eq!(places(&joined), [(0, 3_000)]);
    let times = |index: &player::Index| index.entries.iter().map(|it| it.time).collect::<Vec<_>>();
    let indexes: Vec<_> = player.indexes.iter().map(times).collect();
    assert_eq!(indexes, [[0, 30_000, 60_000], [0, 48_000, 96_000]]);
    assert_eq!(player.data(VIDEO)[..2], ["[a 0 key]", "[a 0 picture]"]);
    assert_eq!(player.times(AUDIO), (0..144_000).step_by(2_400).collect::<Vec<_>>());
}

#[test]
fn a_part_begins_where_the_longest_track_before_ends() {
    let short =
        Recorder::of_both().fragment(&[sounds(0, &["sound"; 3]), pictures(0, &["key", "picture"])]);
    let (joined, player) = joined(vec![short, Recorder::of_both().seconds("b", 1)]);
    assert_eq!(places(&joined), [(0, 200), (200, 1_000)]);
    assert_eq!(player.times(VIDEO)[..4], [0, 3_000, 6_000, 9_000]);
    assert_eq!(player.times(AUDIO)[..5], [0, 2_400, 4_800, 9_600, 12_000]);
}

#[test]
fn tracks_of_later_parts_are_found_by_what_they_carry() {
    let other = Recorder::new(&[Described::picture(1), Described::sound(2)]).fragment(&[
        Run { id: 1, ..pictures(0, &["key"]) },
        Run { id: 2, ..sounds(0, &["sound"]) },
    ]);
    let (_, player) = joined(vec![Recorder::of_both().seconds("a", 1), other]);
    assert_eq!(player.data(VIDEO).last(), Some(&"key"));
    assert_eq!(player.data(AUDIO).last(), Some(&"sound"));
}

#[test]
fn other_units_of_time_are_converted() {
    let picture = Described { timescale: 600, ..Described::picture(2) };
    let sound = Described { timescale: 44_100, ..Described::sound(1) };
    let other = Recorder::new(&[sound, picture]).fragment(&[
        Run { length: 60, ..pictures(600, &["key", "picture"]) },
        Run { length: 4_410, ..sounds(44_100, &["sound", "sound"]) },
    ]);
    let (joined, player) = joined(vec![Recorder::of_both().seconds("a", 1), other]);
    assert_eq!(places(&joined), [(0, 1_000), (1_000, 200)]);
    assert_eq!(player.times(VIDEO)[10..], [30_000, 33_000]);
    assert_eq!(player.times(AUDIO)[20..], [48_000, 52_800]);
}

#[test]
fn edits_move_a_track() {
    // Sound is 100 ms ahead of what is heard, picture waits 50 ms.
    let sound = Described { edits: vec![(0, 4_800)], ..Described::sound(1) };
    let picture = Described { edits: vec![(50, -1), (0, 0)], ..Described::picture(2) };
    let edited = Recorder::new(&[sound, picture])
        .fragment(&[sounds(0, &["sound"; 4]), pictures(0, &["key"])]);
    let (joined, player) = joined(vec![edited]);
    assert_eq!(player.times(AUDIO), [0, 2_400, 4_800, 7_200]);
    assert_eq!(player.times(VIDEO), [4_500]);
    assert_eq!(joined.duration, Duration::from_millis(250));
}

#[test]
fn pictures_of_a_part_begin_with_a_keyframe() {
    let lost = Run { starts_with_keyframe: false, ..pictures(0, &["lost", "lost"]) };
    let late = Recorder::of_both()
        .fragment(&[sounds(0, &["sound"; 4]), lost])
        .fragment(&[pictures(6_000, &["key", "picture"])]);
    let (_, player) = joined(vec![Recorder::of_both().seconds("a", 1), late]);
    assert_eq!(player.data(VIDEO)[10..], ["key", "picture"]);
    assert_eq!(player.times(VIDEO)[10..], [36_000, 39_000]);
}

#[test]
fn what_ends_after_the_most_is_left_out() {
    let most = Some(Duration::from_millis(1_540));
    let first = Part { most, ..part(Recorder::of_both().seconds("a", 3)) };
    let parts = vec![first, part(Recorder::of_both().seconds("b", 1))];
    let (joined, player) = join_parts(parts).expect("they are in order");
    assert_eq!(places(&joined), [(0, 1_500), (1_500, 1_000)]);
    assert_eq!(player.data(VIDEO)[14..16], ["[a 1 picture]", "[b 0 key]"]);
    assert_eq!(player.data(AUDIO)[29..31], ["[a 1 sound]", "[b 0 sound]"]);
}

#[test]
fn sound_alone_can_be_sought_too() {
    let sound = Recorder::new(&[Described::sound(1)])
        .fragment(&[sounds(0, &["one", "two"])])
        .fragment(&[sounds(4_800, &["three", "four"])]);
    let (joined, player) = joined(vec![sound.clone(), sound]);
    assert_eq!(joined.duration, Duration::from_millis(400));
    let [index] = &player.indexes[..] else { panic!("one track, one index") };
    let times: Vec<_> = index.entries.iter().map(|it| it.time).collect();
    assert_eq!(times, [0, 4_800, 9_600, 14_400]);
}

#[test]
fn a_part_without_picture_takes_no_time_in_the_index_of_pictures() {
    let sound = Recorder::new(&[Described::sound(1)]).fragment(&[sounds(0, &["sound"; 10])]);
    let both = || Recorder::of_both().seconds("a", 1);
    let (joined, player) = joined(vec![both(), sound, both()]);
    assert_eq!(places(&joined), [(0, 1_000), (1_000, 500), (1_500, 1_000)]);
    let times: Vec<_> = player.indexes[0].entries.iter().map(|it| it.time).collect();
    assert_eq!(times, [0, 45_000, 45_000], "whoever seeks in between starts at 0");
}

#[test]
fn a_track_that_begins_late_says_so() {
    let sound = Recorder::new(&[Described::sound(1)]).fragment(&[sounds(0, &["sound"; 20])]);
    let (joined, player) = joined(vec![sound, Recorder::of_both().seconds("a", 1)]);
    assert_eq!(joined.duration, Duration::from_secs(2));
    let waits: Vec<_> = player.tracks.iter().map(|it| it.wait).collect();
    assert_eq!(waits, [1_000, 0]);
    assert_eq!(player.times(VIDEO)[..2], [0, 3_000]);
    assert!(player.indexes.is_empty());
}

#[test]
fn fragments_that_begin_without_a_keyframe_are_found_with_the_one_before() {
    let on = Run { starts_with_keyframe: false, ..pictures(3_000, &["picture"]) };
    let recorder = Recorder::of_both()
        .fragment(&[pictures(0, &["key"])])
        .fragment(&[on])
        .fragment(&[sounds(0, &["sound"; 3])])
        .fragment(&[pictures(6_000, &["key"])]);
    let (_, player) = joined(vec![recorder]);
    let times: Vec<_> = player.indexes[0].entries.iter().map(|it| it.time).collect();
    assert_eq!((times, player.fragments.len()), (vec![0, 6_000], 4));
}

#[test]
fn parts_without_media_are_passed_over() {
    let silent = Recorder::of_both();
    let (joined, _) = joined(vec![silent.clone(), Recorder::of_both().seconds("a", 1), silent]);
    assert_eq!(places(&joined), [(0, 0), (0, 1_000), (1_000, 0)]);
}

#[test]
fn without_any_media_there_is_nothing_to_join() {
    assert!(matches!(problem(vec![]), JoinProblem::Empty));
    assert!(matches!(problem(vec![Recorder::of_both()]), JoinProblem::Empty));
    let none = Part { most: Some(Duration::ZERO), ..part(Recorder::of_both().seconds("a", 1)) };
    assert!(matches!(join_parts(vec![none]), Err(JoinProblem::Empty)));
}

#[test]
fn codecs_stay_the_same() {
    let other = Described { codec: *b"av01", ..Described::picture(2) };
    let other = Recorder::new(&[Described::sound(1), other]).seconds("b", 1);
    let problem = problem(vec![Recorder::of_both().seconds("a", 1), other.clone()]);
    assert!(matches!(problem, JoinProblem::OtherCodecs { part: 1 }), "{problem}");
    joined(vec![Recorder::of_both(), other]);
}

#[test]
fn pictures_of_another_size_bring_their_parameter_sets() {
    let recorder = |sequence: &str| {
        let picture = Described::h264(2, sequence, "P");
        Recorder::new(&[picture]).fragment(&[pictures(0, &["a large keyframe", "picture"])])
    };
    let (_, same) = joined(vec![recorder("SMALL"), recorder("SMALL")]);
    assert_eq!(same.data(VIDEO), ["a large keyframe", "picture", "a large keyframe", "picture"]);

    let (_, player) = joined(vec![recorder("SMALL"), recorder("LARGE"), recorder("SMALL")]);
    let small = "\0\0\0\x05SMALL\0\0\0\x01Pa large keyframe";
    let large = "\0\0\0\x05LARGE\0\0\0\x01Pa large keyframe";
    assert_eq!(player.data(VIDEO), [small, "picture", large, "picture", small, "picture"]);
    let description = String::from_utf8_lossy(&player.tracks[0].description).into_owned();
    assert!(description.contains("SMALL"));
}

#[test]
fn data_are_found_wherever_they_are_counted_from() {
    for base in [Base::Fragment, Base::File, Base::Nothing] {
        let (_, player) = joined(vec![Recorder::of_both().counting_from(base).seconds("a", 2)]);
        assert_eq!(player.data(VIDEO)[9..11], ["[a 0 picture]", "[a 1 key]"]);
        assert_eq!(player.data(AUDIO)[19..21], ["[a 0 sound]", "[a 1 sound]"]);
    }
}

#[test]
fn what_no_recorder_writes_is_refused() {
    let garbage = Part { media: Cursor::new(b"garbage without any box".to_vec()), most: None };
    let found = join_parts(vec![part(Recorder::of_both().seconds("a", 1)), garbage]);
    assert!(matches!(found, Err(JoinProblem::Unreadable { part: 1 })));
    assert!(matches!(problem(vec![Recorder::new(&[])]), JoinProblem::Unreadable { part: 0 }));
}

#[test]
fn the_time_of_a_part_is_counted_from_its_first_sample() {
    let late = Recorder::of_both()
        .fragment(&[pictures(1 << 40, &["key"]), sounds((1 << 40) * 8 / 5, &["sound"])]);
    let (joined, player) = joined(vec![late]);
    assert_eq!(joined.duration, Duration::from_millis(100));
    assert_eq!((player.times(VIDEO), player.times(AUDIO)), (vec![0], vec![0]));
}

#[test]
fn time_that_runs_backwards_is_left_out() {
    let jump = Recorder::of_both()
        .fragment(&[pictures(0, &["key", "picture"])])
        .fragment(&[pictures(0, &["back", "lost"])])
        .fragment(&[pictures(9_000, &["key"])]);
    assert_eq!(joined(vec![jump]).1.data(VIDEO), ["key", "picture", "key"]);
}

#[test]
fn samples_share_no_data() {
    let data = ["sound", "picture"];
    let mut shared =
        Recorder::of_both().fragment(&[sounds(0, &data[..1]), pictures(0, &data[1..])]);
    // The picture claims all data of the fragment, and the sound has some of them.
    let size = shared.bytes.len() - data.concat().len() - 8 - 4;
    let data_at = size - 3 * 4;
    shared.bytes[size + 3] += data[0].len() as u8;
    shared.bytes[data_at + 3] -= data[0].len() as u8;
    let (_, player) = joined(vec![shared]);
    assert_eq!(player.data(AUDIO), ["sound"]);
    assert_eq!(player.tracks.len(), 1);
}

#[test]
fn more_samples_than_anybody_records_end_a_part() {
    let mut endless = Recorder::of_both()
        .fragment(&[pictures(0, &["key"])])
        .fragment(&[pictures(3_000, &["more"])]);
    let count = endless.bytes.len() - "more".len() - 8 - 5 * 4;
    assert_eq!(endless.bytes[count..count + 4], 1_u32.to_be_bytes());
    endless.bytes[count..count + 4].copy_from_slice(&u32::MAX.to_be_bytes());
    assert_eq!(joined(vec![endless]).1.data(VIDEO), ["key"]);
}

#[test]
fn a_part_cut_off_anywhere_gives_what_was_whole() {
    let whole = Recorder::of_both().seconds("a", 2).bytes;
    let all = joined(vec![Recorder::of_both().seconds("a", 2)]).1;
    let mut most = 0;
    for length in 0..=whole.len() {
        let part = Part { media: Cursor::new(whole[..length].to_vec()), most: None };
        let samples = match join_parts(vec![part]) {
            Err(JoinProblem::Empty) => 0,
            Ok((_, player)) => [VIDEO, AUDIO]
                .map(|id| {
                    let kept = player.data(id);
                    assert_eq!(all.data(id)[..kept.len()], kept, "{length}");
                    kept.len()
                })
                .iter()
                .sum(),
            Err(problem) => panic!("cut off at {length}: {problem}"),
        };
        assert!(samples >= most, "less is left of {length} bytes than of one byte less");
        most = samples;
    }
    assert_eq!(most, 60);
}

proptest! {
    #[test]
    fn garbage_never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..2_000), is_begun: bool) {
        let mut media = if is_begun { Recorder::of_both().bytes } else { Vec::new() };
        media.extend(bytes);
        let part = Part { media: Cursor::new(media), most: None };
        let _ = join_parts(vec![part]);
    }

    #[test]
    fn a_damaged_part_never_panics(
        damage in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..20),
        most in proptest::option::of(0_u64..3_000),
    ) {
        let mut media = Recorder::of_both().seconds("a", 2).bytes;
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
