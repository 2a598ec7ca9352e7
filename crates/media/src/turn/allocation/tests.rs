use super::*;

fn address(text: &str) -> SocketAddr {
    text.parse().expect("a socket address")
}

fn host(text: &str) -> Peer {
    Peer::Host(text.parse().expect("an address"))
}

const ANN: &str = "192.0.2.1:1000";
const BOB: &str = "192.0.2.2:2000";

fn fresh() -> (Permissions, Instant) {
    let now = Instant::now();
    (Permissions::new(now + LIFETIME), now)
}

fn bind(it: &mut Permissions, number: u16, to: &str, now: Instant) -> Result<(), NotTaken> {
    let to = address(to);
    it.bind(number, to, Peer::Host(to.ip()), now)
}

#[test]
fn lifetimes_are_at_least_the_default_and_at_most_the_longest() {
    let longest = Duration::from_secs(3600);
    let granted = |asked: Option<u64>| granted(asked.map(Duration::from_secs), longest).as_secs();
    assert_eq!(granted(None), 600);
    assert_eq!([granted(Some(1)), granted(Some(900)), granted(Some(9_999))], [600, 900, 3600]);
    assert_eq!(super::granted(None, Duration::from_secs(1)), LIFETIME);
}

#[test]
fn a_permission_is_for_a_host_and_five_minutes() {
    let (mut it, now) = fresh();
    it.permit(&[host("192.0.2.1")], now).expect("there is room");
    assert!(it.permits(host("192.0.2.1"), now));
    assert!(!it.permits(host("192.0.2.2"), now));
    assert!(!it.permits(Peer::Relayed(address(ANN)), now));
    let end = now + PERMISSION;
    assert!(it.permits(host("192.0.2.1"), end - Duration::from_nanos(1)));
    assert!(!it.permits(host("192.0.2.1"), end));
    it.permit(&[host("192.0.2.1")], end).expect("there is room");
    assert!(it.permits(host("192.0.2.1"), end + PERMISSION - Duration::from_nanos(1)));
}

#[test]
fn peers_are_taken_all_or_none_and_not_too_many() {
    let (mut it, now) = fresh();
    let hosts = |from: u32, to: u32| -> Vec<Peer> {
        (from..to).map(|it| Peer::Host(IpAddr::V4(it.into()))).collect()
    };
    assert_eq!(it.permit(&hosts(0, 257), now), Err(NotTaken::TooMany));
    assert!(!it.permits(hosts(0, 1)[0], now));
    it.permit(&hosts(0, 256), now).expect("there is room");
    it.permit(&hosts(0, 256), now).expect("they are there already");
    assert_eq!(it.permit(&hosts(256, 257), now), Err(NotTaken::TooMany));
    it.forget_expired(now + PERMISSION);
    it.permit(&hosts(256, 257), now + PERMISSION).expect("there is room again");
}

#[test]
fn a_channel_stands_for_one_peer_and_lets_it_send() {
    let (mut it, now) = fresh();
    bind(&mut it, 0x4000, ANN, now).expect("a free number");
    assert_eq!(it.peer_of(0x4000, now), Some((address(ANN), host("192.0.2.1"))));
    assert_eq!(it.channel_of(address(ANN), now), Some(0x4000));
    assert!(it.permits(host("192.0.2.1"), now));
    assert_eq!(bind(&mut it, 0x4000, BOB, now), Err(NotTaken::Conflict));
    assert_eq!(bind(&mut it, 0x4001, ANN, now), Err(NotTaken::Conflict));
    bind(&mut it, 0x4000, ANN, now).expect("the same again");
    bind(&mut it, 0x7FFF, BOB, now).expect("the last number");
    for none in [0, 0x3FFF, 0x8000, 0xFFFF] {
        assert_eq!(bind(&mut it, none, "192.0.2.3:1", now), Err(NotTaken::Conflict));
    }
}

#[test]
fn a_channel_outlives_its_permission_and_is_free_after_ten_minutes() {
    let (mut it, now) = fresh();
    bind(&mut it, 0x4000, ANN, now).expect("a free number");
    let later = now + PERMISSION;
    assert!(!it.permits(host("192.0.2.1"), later));
    assert_eq!(it.channel_of(address(ANN), later), Some(0x4000));
    let end = now + CHANNEL;
    assert_eq!((it.peer_of(0x4000, end), it.channel_of(address(ANN), end)), (None, None));
    bind(&mut it, 0x4000, BOB, end).expect("free again");
    bind(&mut it, 0x4001, ANN, end).expect("free again");
}

#[test]
fn what_is_not_granted_any_more_is_gone_at_once() {
    let (mut it, now) = fresh();
    bind(&mut it, 0x4000, ANN, now).expect("a free number");
    bind(&mut it, 0x4001, BOB, now).expect("a free number");
    it.review(|peer| peer == host("192.0.2.2"));
    assert!(!it.permits(host("192.0.2.1"), now) && it.permits(host("192.0.2.2"), now));
    assert_eq!(it.peer_of(0x4000, now), None);
    assert_eq!(it.channel_of(address(ANN), now), None);
    assert_eq!(it.channel_of(address(BOB), now), Some(0x4001));
}

#[test]
fn an_allocation_is_over_when_its_time_is() {
    let (mut it, now) = fresh();
    assert!(!it.is_over(now) && it.is_over(now + LIFETIME));
    it.extend(now + 2 * LIFETIME);
    assert!(!it.is_over(now + LIFETIME));
}
