//! How a no reads to each of the clients we know.

use std::{fs, path::Path};

use housecall_core::Role;
use serde_json::json;

use crate::support::TestHouse;

#[tokio::test]
async fn every_client_finds_its_error_where_it_looks() {
    let house = TestHouse::open().await;
    let token = house.token("ada", Role::Patient);
    for path in ["/api/nothing", "/api/chat/nothing", "/api/consultations/7", "/webrtc/nothing"] {
        let (status, body) = house.get(path, &token).await;
        assert_eq!((status, &body["code"]), (404, &json!("not_found")));
        assert_eq!((&body["success"], &body["statusCode"]), (&json!(false), &json!(404)));
        assert_eq!(body["message"], body["detail"]);
        let expected = match path {
            "/api/nothing" => body["detail"].clone(),
            "/webrtc/nothing" => json!("Not Found"),
            _ => json!({"code": "not_found", "details": []}),
        };
        assert_eq!(body["error"], expected, "{path}");
    }

    // Operations that exist answer like paths that do not.
    let (_, body) = house.get("/webrtc/calls/unknown", &token).await;
    assert_eq!(body["error"], "Not Found");
    let (_, body) = house.post("/api/auth/login", &token, &json!({"password": "x"})).await;
    assert_eq!(body["error"], body["detail"]);
}

/// The client of the rtc rooms signs people out when a 403 says one of these.
fn signs_people_out(sentence: &str) -> bool {
    let sentence = sentence.to_lowercase();
    ["rol", "acceso denegado"].iter().any(|it| sentence.contains(it))
}

/// The texts between quotes in the code of a file, without its tests.
fn quoted(source: &str) -> Vec<String> {
    let code = source.split("#[cfg(test)]").next().unwrap_or_default();
    let lines = code.lines().filter(|line| !line.trim_start().starts_with("//"));
    let code = lines.collect::<Vec<_>>().join("\n").replace("\\\"", "'");
    code.split('"').skip(1).step_by(2).map(str::to_owned).collect()
}

fn sources(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("a folder").map(|it| it.expect("an entry").path());
    let read = |path: std::path::PathBuf| match path.is_dir() {
        true => sources(&path),
        false => vec![fs::read_to_string(path).expect("a source in UTF-8")],
    };
    entries.flat_map(read).collect()
}

#[test]
fn no_refusal_signs_anybody_out_by_accident() {
    let server = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut said = sources(&server.join("src/rest"));
    said.push(fs::read_to_string(server.join("src/house.rs")).expect("the house"));
    let refusals = fs::read_to_string(server.join("../core/src/room/command.rs"));
    said.push(refusals.expect("the refusals of the rules"));

    let sentences = said.iter().flat_map(|it| quoted(it)).filter(|it| it.contains(' '));
    let sentences: Vec<String> = sentences.collect();
    for known in
        ["You are not allowed to do this.", "Only an administrator can register somebody as that."]
    {
        assert!(sentences.iter().any(|it| it == known), "the search finds what is said");
    }
    assert!(signs_people_out("Access CONTROL"));
    let bad: Vec<&String> = sentences.iter().filter(|it| signs_people_out(it)).collect();
    assert!(bad.is_empty(), "say it in other words: {bad:?}");
}
