//! Reminders of appointments: once, some minutes before, whatever happens.

use std::time::Duration;

use housecall_core::{Actor, AppointmentId, Role};
use housecall_store::{AppointmentType, NewAppointment, Store, Stream};
use serde_json::{Value, json};

use crate::{
    clinic::Clinic,
    support::{Guest, TestHouse},
};

const MINUTE: Duration = Duration::from_secs(60);

impl Clinic {
    /// The id of a new appointment of the doctor and the patient, at this time
    /// of the evening the tests begin on.
    async fn book_at(&self, time: &str) -> String {
        let starts_at = format!("2023-11-14T{time}Z");
        let new = json!({"patientId": "pat", "providerId": "doc", "startsAt": starts_at});
        let made = self.ok("doc", "POST", "/api/appointments", new).await;
        made["id"].as_str().expect("an id").to_owned()
    }
}

/// The id of the next appointment somebody is told this of.
async fn hears(guest: &mut Guest, change: &str) -> String {
    loop {
        let news = guest.word("appointment").await;
        if news["change"] == change {
            return news["appointment"]["id"].as_str().expect("an id").to_owned();
        }
    }
}

/// When people were reminded of an appointment.
async fn reminded(store: &Store, visit: &str) -> Vec<String> {
    let id: AppointmentId = visit.parse().expect("an id");
    let records = store.records(&Stream::Appointment(id), 0, 100).await.expect("the store reads");
    let reminded = records.iter().filter(|it| it.name == "appointment.reminded");
    reminded.map(|it| it.at.to_string()).collect()
}

#[tokio::test]
async fn both_people_are_reminded_once_some_minutes_before() {
    let clinic = Clinic::open().await;
    let (mut doc, mut pat) = (clinic.guest("doc").await, clinic.guest("pat").await);
    // The tests begin at 22:13:20.
    let first = clinic.book_at("23:00:00").await;
    let second = clinic.book_at("23:00:01").await;
    clinic.house.clock.advance(Duration::from_secs(31 * 60 + 40));
    assert_eq!(hears(&mut doc, "reminder").await, first);
    assert_eq!(hears(&mut pat, "reminder").await, first);
    clinic.house.clock.advance(MINUTE);
    assert_eq!(hears(&mut doc, "reminder").await, second);
    assert_eq!(hears(&mut pat, "reminder").await, second);
    let third = clinic.book_at("23:30:00").await;
    clinic.house.clock.advance(30 * MINUTE);
    assert_eq!(hears(&mut doc, "reminder").await, third, "nobody is reminded twice");

    assert_eq!(reminded(&clinic.store, &first).await, ["2023-11-14T22:45:00.000Z"]);
    assert_eq!(reminded(&clinic.store, &second).await, ["2023-11-14T22:46:00.000Z"]);
    assert_eq!(reminded(&clinic.store, &third).await.len(), 1);
}

#[tokio::test]
async fn how_long_before_is_a_setting() {
    let clinic = Clinic::with(&[("HOUSECALL_CALLS__EARLY_MINUTES", "5")]).await;
    let mut pat = clinic.guest("pat").await;
    let visit = clinic.book_at("23:00:00").await;
    let sooner = clinic.book_at("22:50:00").await;
    clinic.house.clock.advance(Duration::from_secs(31 * 60 + 40));
    assert_eq!(hears(&mut pat, "reminder").await, sooner);
    clinic.house.clock.advance(10 * MINUTE);
    assert_eq!(hears(&mut pat, "reminder").await, visit);
    assert_eq!(reminded(&clinic.store, &visit).await, ["2023-11-14T22:55:00.000Z"]);
}

#[tokio::test]
async fn a_moved_appointment_is_reminded_of_again_and_a_cancelled_one_never() {
    let clinic = Clinic::open().await;
    let mut pat = clinic.guest("pat").await;
    let visit = clinic.book_at("23:00:00").await;
    let dropped = clinic.book_at("23:00:00").await;
    clinic.ok("doc", "DELETE", &format!("/api/appointments/{dropped}"), Value::Null).await;
    clinic.house.clock.advance(40 * MINUTE);
    assert_eq!(hears(&mut pat, "reminder").await, visit);
    let path = format!("/api/appointments/{visit}");
    clinic.ok("doc", "PATCH", &path, json!({"durationMinutes": 60})).await;
    clinic.ok("doc", "PATCH", &path, json!({"startsAt": "2023-11-14T23:30:00Z"})).await;
    clinic.house.clock.advance(30 * MINUTE);
    assert_eq!(hears(&mut pat, "reminder").await, visit);
    assert_eq!(reminded(&clinic.store, &visit).await.len(), 2);
    assert_eq!(reminded(&clinic.store, &dropped).await.len(), 0);
}

#[tokio::test]
async fn who_came_already_or_should_have_long_ago_is_not_reminded() {
    let clinic = Clinic::open().await;
    let mut pat = clinic.guest("pat").await;
    let (begun, long_ago) = (clinic.book_at("23:00:00").await, clinic.book_at("22:00:00").await);
    let id = begun.parse().expect("an id");
    let now = housecall::Clock::now(&clinic.house.clock);
    clinic.store.start_appointment(&id, &Actor::House, now).await.expect("it is scheduled");
    let lately = clinic.book_at("23:05:00").await;
    clinic.house.clock.advance(50 * MINUTE);
    assert_eq!(hears(&mut pat, "reminder").await, lately);
    assert_eq!(reminded(&clinic.store, &begun).await.len(), 0);
    assert_eq!(reminded(&clinic.store, &long_ago).await.len(), 0);
}

/// A house over the same database, as after a restart, an hour into the story
/// but for `minutes`, and the patient in it.
async fn reopened(url: &str, minutes: u32) -> (TestHouse, Guest) {
    let house = TestHouse::with(&[("DATABASE_URL", url)]).await;
    let auth = json!({"token": house.token("pat", Role::Patient), "device": "pat-1"});
    let pat = Guest::connect(house.address(), &auth).await;
    house.clock.advance(60 * MINUTE - minutes * MINUTE);
    (house, pat)
}

#[tokio::test]
async fn a_restart_reminds_nobody_twice_and_forgets_nobody() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let url = format!("sqlite:{}/clinic.db", folder.path().display());
    let store = Store::open(&url).await.expect("a new file opens");
    let book = async |id: &str, minutes: u32| {
        let start = "2023-11-14T22:13:20Z".parse::<housecall_core::Timestamp>();
        let new = NewAppointment {
            id: id.parse().expect("an id"),
            patient: "pat".parse().expect("an id"),
            provider: "doc".parse().expect("an id"),
            starts_at: start.expect("a moment").plus(minutes * MINUTE),
            duration_minutes: 30,
            kind: AppointmentType::Video,
            door: None,
        };
        let at = start.expect("a moment");
        store.create_appointment(new, &Actor::House, at).await.expect("a new appointment");
    };
    book("first", 60).await;
    let (house, mut pat) = reopened(&url, 10).await;
    assert_eq!(hears(&mut pat, "reminder").await, "first");
    drop((house, pat));

    book("second", 61).await;
    let (house, mut pat) = reopened(&url, 9).await;
    assert_eq!(hears(&mut pat, "reminder").await, "second", "and not the first again");
    assert_eq!(reminded(&store, "first").await.len(), 1);
    assert_eq!(reminded(&store, "second").await.len(), 1);
    drop((house, pat));

    // Nobody was there to remind anybody when it was time.
    book("late", 58).await;
    let (_house, mut pat) = reopened(&url, 0).await;
    assert_eq!(hears(&mut pat, "reminder").await, "late");
}
