use super::*;

fn permits(rules: &PeerRules, address: &str) -> bool {
    rules.permit(address.parse().expect("an address"))
}

fn rules(allowed: &[&str], own: &[&str]) -> PeerRules {
    let allowed = allowed.iter().map(|it| it.parse().expect("a network")).collect();
    PeerRules::new(allowed, own.iter().map(|it| it.parse().expect("an address")).collect())
}

#[test]
fn the_public_internet_is_permitted() {
    let rules = rules(&[], &["203.0.114.1"]);
    for public in [
        "1.1.1.1",
        "9.255.255.255",
        "11.0.0.0",
        "100.63.255.255",
        "100.128.0.0",
        "126.255.255.255",
        "128.0.0.0",
        "169.253.255.255",
        "172.15.255.255",
        "172.32.0.0",
        "192.167.255.255",
        "192.169.0.0",
        "198.17.255.255",
        "198.20.0.0",
        "223.255.255.255",
        "2001:200::1",
        "2606:4700::1111",
        "2a00:1450:4001::1",
        "2003::1",
    ] {
        assert!(permits(&rules, public), "{public}");
    }
}

#[test]
fn special_addresses_are_refused_in_every_form() {
    let rules = rules(&[], &["198.41.0.4", "2001:503:ba3e::2:30"]);
    for special in [
        // As they are.
        "0.0.0.0",
        "0.1.2.3",
        "10.0.0.1",
        "10.255.255.255",
        "100.64.0.1",
        "100.127.255.255",
        "127.0.0.1",
        "127.255.255.254",
        "169.254.169.254",
        "172.16.0.1",
        "172.31.255.255",
        "192.0.0.1",
        "192.0.2.1",
        "192.88.99.1",
        "192.168.1.1",
        "198.18.0.1",
        "198.19.255.255",
        "198.51.100.1",
        "203.0.113.1",
        "224.0.0.1",
        "239.255.255.255",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "100::1",
        "2001:db8::1",
        "2001:2::1",
        "2001:10::1",
        "2001:20::1",
        "3fff::1",
        "5f00::1",
        "fc00::1",
        "fd00:ec2::254",
        "fe80::1",
        "febf::1",
        "fec0::1",
        "ff02::1",
        "ff0e::1",
        // Our own.
        "198.41.0.4",
        "2001:503:ba3e::2:30",
        "::ffff:198.41.0.4",
        // IPv4 mapped, compatible, translated, 6to4, Teredo, NAT64: special and public.
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "::ffff:169.254.169.254",
        "::ffff:1.1.1.1",
        "::127.0.0.1",
        "::10.0.0.1",
        "::1.1.1.1",
        "::ffff:0:127.0.0.1",
        "::ffff:0:1.1.1.1",
        "2002:7f00:1::",
        "2002:a00:1::1",
        "2002:a9fe:a9fe::",
        "2002:101:101::1",
        "2001::1",
        "2001:0:4136:e378:8000:63bf:3fff:fdd2",
        "2001:0:7f00:1::",
        "64:ff9b::7f00:1",
        "64:ff9b::a00:1",
        "64:ff9b::a9fe:a9fe",
        "64:ff9b::101:101",
        "64:ff9b:1::7f00:1",
        "64:ff9b:1:ffff::1",
    ] {
        assert!(!permits(&rules, special), "{special}");
    }
}

#[test]
fn an_operator_may_allow_networks_but_no_groups() {
    let rules = rules(&["192.168.0.0/16", "fd00::/8", "127.0.0.1"], &["192.168.1.1"]);
    for allowed in ["192.168.7.7", "192.168.1.1", "fd00::7", "127.0.0.1"] {
        assert!(permits(&rules, allowed), "{allowed}");
    }
    for other in ["10.0.0.1", "127.0.0.2", "fc00::1", "::ffff:192.168.7.7", "224.0.0.1"] {
        assert!(!permits(&rules, other), "{other}");
    }
    for group in ["224.0.0.0/4", "239.1.2.3", "255.255.255.255", "ff02::1", "0.0.0.0/0", "::/0"] {
        let refused = group.parse::<Network>().expect_err(group);
        assert_eq!(refused, NetworkError::Group(group.to_owned()));
    }
    for nothing in ["", "ten", "10.0.0.0/33", "::/129", "10.0.0.0/", "10.0.0.0/-1", "10.0/8"] {
        let refused = nothing.parse::<Network>().expect_err(nothing);
        assert_eq!(refused, NetworkError::Form(nothing.to_owned()));
    }
}
