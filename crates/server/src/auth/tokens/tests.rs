use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::json;

use super::*;

const NOW: Timestamp = Timestamp::EPOCH;

fn now() -> Timestamp {
    NOW.plus(Duration::from_secs(1_000_000))
}

fn tokens() -> Tokens {
    Tokens::new(&Secrets { access: "a".repeat(32), refresh: "r".repeat(32) })
}

fn signed(algorithm: Algorithm, secret: &str, claims: &Value) -> String {
    encode(&Header::new(algorithm), claims, &EncodingKey::from_secret(secret.as_bytes()))
        .expect("claims are JSON")
}

fn verify(claims: &Value) -> Result<Identity, TokenProblem> {
    tokens().verify(&signed(Algorithm::HS256, &"a".repeat(32), claims), now())
}

#[test]
fn our_own_tokens_are_good_until_they_expire() {
    let identity = Identity {
        user: "ada".parse().expect("an id"),
        role: Role::Provider,
        name: Private::new("Ada".to_owned()),
    };
    let token = tokens().access(&identity, now(), Duration::from_secs(60));
    let after = |seconds| tokens().verify(&token, now().plus(Duration::from_secs(seconds)));
    assert_eq!(after(0), Ok(identity.clone()));
    assert_eq!(after(64), Ok(identity));
    assert_eq!(after(65), Err(TokenProblem::Expired));
}

#[test]
fn claims_of_all_systems_are_understood() {
    let read = |claims: Value| {
        let mut claims = claims;
        claims["exp"] = json!(2_000_000);
        let it = verify(&claims).expect("good claims");
        format!("{} {} {}", it.user, it.role.as_str(), it.name.reveal())
    };
    assert_eq!(read(json!({"sub": "s", "userId": "u", "name": "N"})), "s patient N");
    assert_eq!(read(json!({"userId": "u", "role": "PHYSICIAN"})), "u provider u");
    assert_eq!(read(json!({"id": 7, "email": "ada@x.example"})), "7 patient ada");
    assert_eq!(read(json!({"uid": "f", "nickname": "Nick", "role": "emperor"})), "f patient Nick");
    assert_eq!(read(json!({"sub": "s", "userRole": "doctor", "name": ""})), "s provider s");
    let long = format!("\u{7}{}", "x".repeat(7_000));
    assert_eq!(read(json!({"sub": "s", "name": long})), format!("s patient {}", "x".repeat(100)));
}

#[test]
fn forged_and_foreign_tokens_are_refused() {
    let good = json!({"sub": "s", "exp": 2_000_000});
    let with = |key: &str, value: Value| {
        let mut claims = good.clone();
        claims[key] = value;
        verify(&claims)
    };
    assert!(verify(&good).is_ok());
    assert_eq!(verify(&json!({"sub": "s"})), Err(TokenProblem::Invalid));
    assert_eq!(verify(&json!({"exp": 2_000_000})), Err(TokenProblem::Invalid));
    for exp in [json!("2000000"), json!(2e6 + 0.5), json!(null), json!(1e300)] {
        assert_eq!(with("exp", exp.clone()), Err(TokenProblem::Invalid), "{exp}");
    }
    assert_eq!(with("exp", json!(-1)), Err(TokenProblem::Expired));
    assert_eq!(with("nbf", json!(1_000_006)), Err(TokenProblem::Invalid));
    for kind in ["type", "token_use", "typ"] {
        assert_eq!(with(kind, json!("refresh")), Err(TokenProblem::Invalid));
        assert!(with(kind, json!("access")).is_ok());
    }

    let refused = |token: &str| tokens().verify(token, now()) == Err(TokenProblem::Invalid);
    let b64 = |text: &str| URL_SAFE_NO_PAD.encode(text);
    let body = b64(&good.to_string());
    assert!(refused(""));
    assert!(refused("a.b.c"));
    assert!(refused(&signed(Algorithm::HS256, "another secret", &good)));
    assert!(refused(&signed(Algorithm::HS384, &"a".repeat(32), &good)));
    for header in [
        r#"{"alg":"none"}"#,
        r#"{"alg":"None","typ":"JWT"}"#,
        r#"{"alg":"HS256","jku":"http://evil.example"}"#,
        r#"{"alg":"RS256"}"#,
    ] {
        assert!(refused(&format!("{}.{body}.", b64(header))), "{header}");
    }
}

#[test]
fn a_refresh_token_is_no_access_token() {
    let tokens = tokens();
    let refresh = tokens.refresh(&"ada".parse().expect("an id"), now());
    assert_eq!(tokens.verify(&refresh.token, now()), Err(TokenProblem::Invalid));
    let read = tokens.read_refresh(&refresh.token).expect("our own token");
    assert_eq!(read.sign_in, refresh.sign_in);
    let access = signed(Algorithm::HS256, &"r".repeat(32), &json!({"sub": "s", "exp": 2_000_000}));
    assert!(tokens.read_refresh(&access).is_err());
}
