//! The index of the file, one `sidx` box a track (ISO/IEC 14496-12 section
//! 8.16.3): how far it is to each fragment from which decoding can begin. With it
//! players seek without reading their way there.

use super::boxes::Writer;
use super::head;
use super::movie::Track;
use super::plan::{Entry, Plan};
use super::takes::ticks;

/// How many references a box has room for.
const MOST_REFERENCES: usize = 65_535;
/// The size of a reference has 31 bits.
const LARGEST_REFERENCE: u64 = 0x7FFF_FFFF;
/// A box without its references: a header of 12 bytes and fields.
const FIXED_BYTES: usize = 40;
const REFERENCE_BYTES: usize = 12;
/// Begins with a keyframe that nothing shown earlier follows.
const IS_BEGINNING: u32 = 0x9000_0000;

/// Fragments that follow each other and are found together.
struct Group<'a> {
    entries: &'a [Entry],
    bytes: u64,
}

pub(super) fn write(head: &mut Writer, plan: &Plan) {
    let groups = groups(&plan.entries);
    let bytes = FIXED_BYTES + groups.len() * REFERENCE_BYTES;
    let mut behind = plan.leads.iter().flatten().count();
    for lead in plan.leads.iter().flatten() {
        // Distances are counted from the end of each box.
        behind -= 1;
        let distance = (behind * bytes) as u64;
        head.boxed(b"sidx", |it| index(it, plan, lead, &groups, distance));
    }
}

fn index(sidx: &mut Writer, plan: &Plan, lead: &Track, groups: &[Group<'_>], distance: u64) {
    let begins = begins(plan, lead, groups);
    sidx.u32(0x0100_0000);
    sidx.u32(head::id(lead.kind));
    sidx.u32(lead.timescale);
    sidx.u64(begins.first().copied().unwrap_or(0));
    sidx.u64(distance);
    sidx.u16(0);
    sidx.u16(groups.len() as u16);
    for (group, times) in groups.iter().zip(begins.windows(2)) {
        sidx.u32(group.bytes as u32);
        sidx.u32(u32::try_from(times[1] - times[0]).unwrap_or(u32::MAX));
        let is_beginning = group.entries.first().is_some_and(|it| it.is_beginning);
        sidx.u32(if is_beginning { IS_BEGINNING } else { 0 });
    }
}

/// When each group begins in a track, and at last when the file ends. A group without
/// that track takes no time: whoever seeks to it finds the one before.
fn begins(plan: &Plan, lead: &Track, groups: &[Group<'_>]) -> Vec<u64> {
    let index = lead.kind.index();
    let mut next = ticks(plan.end, lead.timescale);
    let mut begins = vec![next];
    for group in groups.iter().rev() {
        let begin = group.entries.iter().find_map(|it| it.begins[index]);
        next = begin.map_or(next, |it| it.min(next));
        begins.push(next);
    }
    begins.reverse();
    begins
}

/// Fragments that begin with a keyframe, each with those that follow it and do not; if
/// they are very many, several together.
fn groups(entries: &[Entry]) -> Vec<Group<'_>> {
    let beginnings = entries.iter().filter(|it| it.is_beginning).count();
    let together = beginnings.div_ceil(MOST_REFERENCES / 2).max(1);
    let mut groups: Vec<Group<'_>> = Vec::new();
    let (mut start, mut bytes, mut seen) = (0, 0, 0);
    for (number, entry) in entries.iter().enumerate() {
        let is_next = entry.is_beginning && seen == together;
        if number > start && (is_next || bytes + entry.bytes > LARGEST_REFERENCE) {
            groups.push(Group { entries: &entries[start..number], bytes });
            (start, bytes, seen) = (number, 0, 0);
        }
        bytes += entry.bytes;
        seen += usize::from(entry.is_beginning);
    }
    groups.push(Group { entries: &entries[start..], bytes });
    groups
}
