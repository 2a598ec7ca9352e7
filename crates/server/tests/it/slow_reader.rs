//! A client that stops reading is let go; its room hears of it.

use std::time::Duration;

use serde_json::json;

use crate::support::TestHouse;

#[tokio::test]
async fn who_stops_reading_is_disconnected_and_the_room_is_told() {
    let house = TestHouse::with(&[("HOUSECALL_LIMITS__WRITE_TIMEOUT_SECONDS", "2")]).await;
    let (mut ann, mut bob) = (house.guest("ann").await, house.guest("bob").await);
    let id = house.visit(&mut ann, ("bob", &mut bob)).await;

    // From here on nobody reads bob's socket. The kernel's buffers take some
    // megabytes before the house notices.
    let sdp = "x".repeat(32 * 1024);
    let offer =
        json!({"callId": id, "to": "bob", "kind": "offer", "body": {"type": "offer", "sdp": sdp}});
    let flood = async {
        for _ in 0..2_000 {
            ann.say("signal", offer.clone()).await;
        }
        ann.hears("connectionLost").await
    };
    let lost = tokio::time::timeout(Duration::from_secs(30), flood).await;
    assert_eq!(lost.expect("bob is let go")["event"]["user"], "bob");

    // The house is as quick as ever, and bob can come back.
    let answer = ann.ask("signal", offer).await;
    assert_eq!(answer["ok"], true, "a lost peer may come back: its signals are not refused");
    let mut bob = house.guest("bob").await;
    let back = bob.ask("resume", json!({"callId": id})).await;
    assert_eq!(back["result"]["here"], true, "{back}");
}
