//! Figures for whoever watches the house.

use std::net::SocketAddr;

use housecall_core::Role;
use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::{
    relayed::{Relayed, relaying_house},
    support::TestHouse,
};

/// The head and the body of an answer.
async fn fetch(address: SocketAddr, token: &str) -> (String, String) {
    let mut stream = TcpStream::connect(address).await.expect("it listens");
    let request = format!(
        "GET /metrics HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer {token}\r\n\
         Connection: close\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).await.expect("it reads");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.expect("an answer in UTF-8");
    let (head, body) = answer.split_once("\r\n\r\n").expect("a head and a body");
    (head.to_owned(), body.to_owned())
}

/// The value of a figure.
fn figure(page: &str, name: &str) -> f64 {
    let value = page.lines().find_map(|it| it.strip_prefix(name)?.strip_prefix(' '));
    let value = value.unwrap_or_else(|| panic!("{name} is not in\n{page}"));
    value.parse().expect("a number")
}

#[tokio::test]
async fn administrators_see_figures_and_nobody_else() {
    let house = TestHouse::open().await;
    let boss = house.token("boss", Role::Admin);
    let (head, page) = fetch(house.address(), &boss).await;
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    assert!(head.contains("content-type: text/plain; version=0.0.4"), "{head}");
    assert!(figure(&page, "process_resident_memory_bytes") > 1e6);
    assert!(figure(&page, "process_cpu_seconds_total") >= 0.0);
    assert!(figure(&page, "process_open_fds") > 2.0);
    assert!(page.contains("\nhousecall_build_info{version=\""), "{page}");
    assert!(!page.contains("housecall_turn"), "nothing is relayed here");

    for (token, status) in [
        (house.token("doc", Role::Provider), (403, json!("forbidden"))),
        (house.token("pat", Role::Patient), (403, json!("forbidden"))),
        (String::new(), (401, json!("token_missing"))),
        ("a.bad.token".to_owned(), (401, json!("token_invalid"))),
    ] {
        let (code, problem) = house.get("/metrics", &token).await;
        assert_eq!((code, problem["code"].clone()), status);
    }
}

#[tokio::test]
async fn figures_tell_what_goes_on() {
    let house = relaying_house(&[]).await;
    let boss = house.token("boss", Role::Admin);
    let (mut ann, mut bob) = (house.guest("ann").await, house.guest("bob").await);
    let call = house.visit(&mut ann, ("bob", &mut bob)).await;
    let _phone = Relayed::open(&house, "ann").await;
    let page = fetch(house.address(), &boss).await.1;
    for (name, value) in [
        ("housecall_connections", 2.0),
        ("housecall_rooms", 1.0),
        ("housecall_turn_allocations{transport=\"udp\"}", 1.0),
        ("housecall_turn_allocations{transport=\"tls\"}", 0.0),
        ("housecall_turn_allocated_total", 1.0),
        ("housecall_turn_refused_total{code=\"401\"}", 1.0),
    ] {
        assert_eq!(figure(&page, name), value, "{name}");
    }
    ann.ask("end", json!({"callId": call})).await;
    let page = fetch(house.address(), &boss).await.1;
    assert_eq!(figure(&page, "housecall_rooms"), 0.0);
    assert_eq!(figure(&page, "housecall_turn_allocations{transport=\"udp\"}"), 0.0);
}

#[tokio::test]
async fn a_port_of_its_own_asks_for_no_token() {
    let probe = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = probe.local_addr().expect("it is bound").port();
    drop(probe);
    let house = TestHouse::with(&[("HOUSECALL_METRICS__PORT", &port.to_string())]).await;
    let address = house.running().metrics().expect("it listens");
    assert_eq!(address, SocketAddr::from(([127, 0, 0, 1], port)));
    let (head, page) = fetch(address, "").await;
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    assert_eq!(figure(&page, "housecall_rooms"), 0.0);
    house.close().await;
    TcpStream::connect(address).await.expect_err("it is closed with the house");
}
