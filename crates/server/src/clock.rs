//! The only place that reads a clock or rolls dice for the rules.

use std::{
    future::Future,
    pin::Pin,
    sync::{Arc, LazyLock},
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use housecall_core::{AppointmentId, LinkId, MeetingId, RecordingId, RoomId, Timestamp, UserId};
use housecall_store::BlobId;
use tokio::sync::watch;
use uuid::Uuid;

/// What time it is, and how to wait for a later one.
pub trait Clock: Send + Sync + 'static {
    /// Now.
    fn now(&self) -> Timestamp;

    /// How long ago some moment was, long before the process began. Goes on evenly,
    /// whoever sets the clock.
    fn elapsed(&self) -> Duration;

    /// Ends when it is `moment` or later.
    fn until(&self, moment: Timestamp) -> Pin<Box<dyn Future<Output = ()> + Send + '_>>;
}

/// The clock on the wall.
#[derive(Debug, Default)]
pub struct WallClock;

/// How long before the process the time began that passes evenly: what was begun
/// before a restart has its place in it.
const BEFORE: Duration = Duration::from_secs(100 * 365 * 24 * 60 * 60);

/// When somebody first asked how much time has passed.
static BEGINNING: LazyLock<Instant> = LazyLock::new(Instant::now);

impl Clock for WallClock {
    fn now(&self) -> Timestamp {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }

    fn elapsed(&self) -> Duration {
        BEFORE + BEGINNING.elapsed()
    }

    fn until(&self, moment: Timestamp) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(async move {
            // In short steps, because the clock on the wall may be set.
            while self.now() < moment {
                let left = moment.since(self.now());
                tokio::time::sleep(left.min(Duration::from_secs(10))).await;
            }
        })
    }
}

/// A clock that only moves when it is told to, for tests.
#[derive(Debug, Clone)]
pub struct HandClock(Arc<watch::Sender<Timestamp>>);

impl HandClock {
    /// A clock that stands at `moment`.
    pub fn at(moment: Timestamp) -> Self {
        Self(Arc::new(watch::Sender::new(moment)))
    }

    /// Moves the hands.
    pub fn advance(&self, span: Duration) {
        self.0.send_modify(|now| *now = now.plus(span));
    }
}

impl Clock for HandClock {
    fn now(&self) -> Timestamp {
        *self.0.borrow()
    }

    fn elapsed(&self) -> Duration {
        self.now().since(Timestamp::EPOCH)
    }

    fn until(&self, moment: Timestamp) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        let mut hands = self.0.subscribe();
        Box::pin(async move {
            hands.wait_for(|now| *now >= moment).await.expect("the clock holds the sender");
        })
    }
}

/// A new room's id: 122 random bits, so nobody guesses one.
pub(crate) fn new_room_id() -> RoomId {
    Uuid::new_v4().to_string().parse().expect("a UUID is an id")
}

/// A new appointment's id.
pub(crate) fn new_appointment_id() -> AppointmentId {
    Uuid::new_v4().to_string().parse().expect("a UUID is an id")
}

/// A new meeting's id.
pub(crate) fn new_meeting_id() -> MeetingId {
    Uuid::new_v4().to_string().parse().expect("a UUID is an id")
}

/// A new recording's id.
pub(crate) fn new_recording_id() -> RecordingId {
    Uuid::new_v4().to_string().parse().expect("a UUID is an id")
}

/// A new file's id.
pub(crate) fn new_blob_id() -> BlobId {
    BlobId::of(Uuid::new_v4().into_bytes())
}

/// A new user's id.
pub(crate) fn new_user_id() -> UserId {
    Uuid::new_v4().to_string().parse().expect("a UUID is an id")
}

/// The id of somebody who comes by a link.
pub(crate) fn new_guest_id() -> UserId {
    format!("guest-{}", Uuid::new_v4()).parse().expect("a word and a UUID are an id")
}

/// A new guest link's id.
pub(crate) fn new_link_id() -> LinkId {
    Uuid::new_v4().to_string().parse().expect("a UUID is an id")
}
