//! Figures for whoever watches the house, in the text format of Prometheus
//! (version 0.0.4).

use std::{
    fmt::{Display, Write},
    fs,
    sync::atomic::{AtomicU64, Ordering},
};

use housecall_media::turn::Counters;
use housecall_store::RecordingStatus;

use crate::{house::House, recordings::Figures};

/// What the format is called in HTTP.
pub(crate) const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// A page of figures.
#[derive(Default)]
struct Page(String);

impl Page {
    /// A figure that goes up and down.
    fn gauge(&mut self, name: &str, help: &str, samples: &[(&str, f64)]) {
        self.family(name, "gauge", help, samples);
    }

    /// A figure that only goes up.
    fn counter(&mut self, name: &str, help: &str, samples: &[(&str, u64)]) {
        self.family(name, "counter", help, samples);
    }

    /// `samples` are values with their labels, as they are written.
    fn family(&mut self, name: &str, kind: &str, help: &str, samples: &[(&str, impl Display)]) {
        let mut write = |line: std::fmt::Arguments<'_>| {
            self.0.write_fmt(line).expect("a String takes everything");
        };
        write(format_args!("# HELP {name} {help}\n# TYPE {name} {kind}\n"));
        for (labels, value) in samples {
            match *labels {
                "" => write(format_args!("{name} {value}\n")),
                labels => write(format_args!("{name}{{{labels}}} {value}\n")),
            }
        }
    }
}

/// How the house does.
pub(crate) async fn page(house: &House) -> String {
    let mut page = Page::default();
    let version = concat!("version=\"", env!("CARGO_PKG_VERSION"), "\"");
    page.gauge("housecall_build_info", "Which Housecall this is.", &[(version, 1.0)]);
    let connections = house.sessions.count();
    page.gauge("housecall_connections", "Signed-in connections.", &[("", float(connections))]);
    let rooms = house.rooms.all().len();
    page.gauge("housecall_rooms", "Rooms that are not over.", &[("", float(rooms))]);
    if let Some(relay) = house.relay.handle() {
        relayed(&mut page, &relay.counters());
    }
    recorded(&mut page, &house.recordings.figures);
    unfinished(&mut page, house).await;
    process(&mut page);
    page.0
}

fn recorded(page: &mut Page, it: &Figures) {
    let count = |it: &AtomicU64| it.load(Ordering::Relaxed);
    let help = "Chunks of recordings taken in.";
    page.counter("housecall_recording_chunks_total", help, &[("", count(&it.chunks))]);
    let help = "Bytes of recordings taken in.";
    page.counter("housecall_recording_bytes_total", help, &[("", count(&it.bytes))]);
    let help = "Recordings of which a file was made.";
    page.counter("housecall_recordings_finished_total", help, &[("", count(&it.finished))]);
    let help = "Times a recording could not be finished; most are tried again.";
    page.counter("housecall_recording_failures_total", help, &[("", count(&it.failures))]);
    let reached = if it.storage_is_gone.load(Ordering::Relaxed) { 0.0 } else { 1.0 };
    let help = "Whether finished recordings could be kept the last time.";
    page.gauge("housecall_recording_storage_up", help, &[("", reached)]);
}

/// Recordings that are on their way. Without a database nothing is known of them.
async fn unfinished(page: &mut Page, house: &House) {
    let Ok(unfinished) = house.store.unfinished_recordings().await else { return };
    let of = |status| float(unfinished.iter().filter(|it| it.status == status).count());
    page.gauge(
        "housecall_recordings_unfinished",
        "Recordings that are recorded, uploaded or made into a file.",
        &[
            ("status=\"recording\"", of(RecordingStatus::Recording)),
            ("status=\"uploading\"", of(RecordingStatus::Uploading)),
            ("status=\"processing\"", of(RecordingStatus::Processing)),
        ],
    );
}

fn relayed(page: &mut Page, it: &Counters) {
    let [udp, tcp, tls] = it.allocations.map(|it| it as f64);
    page.gauge(
        "housecall_turn_allocations",
        "Relayed addresses that are held, by how their clients reach the relay.",
        &[("transport=\"udp\"", udp), ("transport=\"tcp\"", tcp), ("transport=\"tls\"", tls)],
    );
    page.gauge(
        "housecall_turn_connections",
        "Connections to the relay over TCP and TLS.",
        &[("", it.connections as f64)],
    );
    page.counter(
        "housecall_turn_allocated_total",
        "Relayed addresses that were given out.",
        &[("", it.allocated)],
    );
    let both_ways = |out, into| [("direction=\"out\"", out), ("direction=\"in\"", into)];
    page.counter(
        "housecall_turn_packets_total",
        "Packets relayed, out from clients to peers and in from peers to clients.",
        &both_ways(it.packets_out, it.packets_in),
    );
    page.counter(
        "housecall_turn_bytes_total",
        "Bytes relayed, without headers.",
        &both_ways(it.bytes_out, it.bytes_in),
    );
    page.counter(
        "housecall_turn_dropped_total",
        "Packets dropped: over a limit of kilobits, without permission, or without room.",
        &[
            ("reason=\"rate\"", it.dropped_over_rate),
            ("reason=\"permission\"", it.dropped_without_permission),
            ("reason=\"room\"", it.dropped_without_room),
        ],
    );
    let refused: Vec<(String, u64)> =
        it.refused.iter().map(|(code, count)| (format!("code=\"{code}\""), *count)).collect();
    let refused: Vec<(&str, u64)> = refused.iter().map(|(it, count)| (&**it, *count)).collect();
    let help = "Requests refused, by error code; every first request is, with 401.";
    page.counter("housecall_turn_refused_total", help, &refused);
    page.counter(
        "housecall_turn_unanswered_total",
        "Requests without an answer, because their source asked too often.",
        &[("", it.unanswered)],
    );
    page.counter(
        "housecall_turn_bindings_total",
        "STUN Binding requests answered.",
        &[("", it.bindings)],
    );
}

/// How the process does, under the names every Prometheus client uses. Where there
/// is no `/proc`, nothing is known.
fn process(page: &mut Page) {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    if let Some(bytes) = resident_bytes(&status) {
        let help = "Memory in use.";
        page.gauge("process_resident_memory_bytes", help, &[("", bytes)]);
    }
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    if let Some(seconds) = cpu_seconds(&stat) {
        let help = "Processor time used.";
        page.family("process_cpu_seconds_total", "counter", help, &[("", seconds)]);
    }
    if let Ok(descriptors) = fs::read_dir("/proc/self/fd") {
        let help = "Open files and sockets.";
        page.gauge("process_open_fds", help, &[("", float(descriptors.count()))]);
    }
}

fn float(count: usize) -> f64 {
    count as f64
}

/// `VmRSS` of `/proc/self/status`, which counts in kibibytes.
fn resident_bytes(status: &str) -> Option<f64> {
    let line = status.lines().find_map(|it| it.strip_prefix("VmRSS:"))?;
    let kibibytes: f64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes * 1024.0)
}

/// `utime` and `stime` of `/proc/self/stat`, which count in hundredths of a second
/// on every machine there is (USER_HZ). They follow the name of the program, which
/// stands in brackets and may hold anything.
fn cpu_seconds(stat: &str) -> Option<f64> {
    let (_, fields) = stat.rsplit_once(") ")?;
    let mut fields = fields.split(' ').skip(11).map(str::parse::<f64>);
    let (user, system) = (fields.next()?.ok()?, fields.next()?.ok()?);
    Some((user + system) / 100.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_written_as_prometheus_reads_them() {
        let mut page = Page::default();
        let counters = Counters {
            allocations: [2, 0, 1],
            packets_out: 7,
            packets_in: 5,
            dropped_without_permission: 3,
            refused: vec![(401, 9), (403, 1)],
            ..Counters::default()
        };
        relayed(&mut page, &counters);
        for lines in [
            "# TYPE housecall_turn_allocations gauge\n\
             housecall_turn_allocations{transport=\"udp\"} 2\n\
             housecall_turn_allocations{transport=\"tcp\"} 0\n\
             housecall_turn_allocations{transport=\"tls\"} 1\n",
            "# TYPE housecall_turn_packets_total counter\n\
             housecall_turn_packets_total{direction=\"out\"} 7\n\
             housecall_turn_packets_total{direction=\"in\"} 5\n",
            "housecall_turn_dropped_total{reason=\"permission\"} 3\n",
            "housecall_turn_refused_total{code=\"401\"} 9\n\
             housecall_turn_refused_total{code=\"403\"} 1\n",
            "housecall_turn_bindings_total 0\n",
        ] {
            assert!(page.0.contains(lines), "{lines} is not in\n{}", page.0);
        }
    }

    #[test]
    fn the_process_is_read_from_what_linux_says() {
        let status = "Name:\thousecall\nVmPeak:\t  900 kB\nVmRSS:\t   20 kB\n";
        assert_eq!(resident_bytes(status), Some(20_480.0));
        let stat = "7 (a b) c) S 1 7 7 0 -1 4194560 9 0 0 0 150 50 0 0 20 0 1 0 5 9 9";
        assert_eq!(cpu_seconds(stat), Some(2.0));
        assert_eq!((resident_bytes(""), cpu_seconds("")), (None, None));
    }
}
