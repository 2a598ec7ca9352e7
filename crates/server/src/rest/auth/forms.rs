//! What people send to register and to sign in, in the words of every client
//! we know, and what can be wrong with it.

use axum::http::StatusCode;
use housecall_core::{Private, Role};
use housecall_dialect::Problem;
use serde::Deserialize;
use utoipa::ToSchema;

use super::super::error::ApiError;
use crate::auth::{LONGEST_NAME, Passwords};

/// The longest email address (RFC 5321, section 4.5.3.1.3).
const LONGEST_EMAIL: usize = 254;

/// Somebody new. They are called what the first of `name`, `fullName`,
/// `displayName`, `nickname`, `username`, and `firstName` with `lastName`
/// says; the part of the email before the @ unless one does.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Registration {
    /// Where to write to.
    #[schema(value_type = String, example = "ada@clinic.example")]
    email: Private<String>,
    /// At least eight characters.
    #[schema(value_type = String)]
    password: Private<String>,
    /// `patient` unless given; what else people may choose is configured.
    role: Option<String>,
    #[schema(value_type = Option<String>)]
    name: Option<Private<String>>,
    #[schema(value_type = Option<String>)]
    full_name: Option<Private<String>>,
    #[schema(value_type = Option<String>)]
    display_name: Option<Private<String>>,
    #[schema(value_type = Option<String>)]
    nickname: Option<Private<String>>,
    #[schema(value_type = Option<String>)]
    username: Option<Private<String>>,
    #[schema(value_type = Option<String>)]
    first_name: Option<Private<String>>,
    #[schema(value_type = Option<String>)]
    last_name: Option<Private<String>>,
    /// First and last name, for clients that put them here.
    profile: Option<FirstAndLast>,
}

/// A name in two parts.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct FirstAndLast {
    #[schema(value_type = Option<String>)]
    first_name: Option<Private<String>>,
    #[schema(value_type = Option<String>)]
    last_name: Option<Private<String>>,
}

/// Who signs in.
#[derive(Deserialize, ToSchema)]
pub(crate) struct Login {
    /// In any case.
    #[schema(value_type = Option<String>)]
    email: Option<Private<String>>,
    /// The email address, for clients that call it so.
    #[schema(value_type = Option<String>)]
    username: Option<Private<String>>,
    #[schema(value_type = String)]
    pub(crate) password: Private<String>,
}

/// A refresh token.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RefreshToken {
    /// From the latest answer: each works once. Browsers that were given the
    /// cookie `RefreshToken` leave it out.
    #[schema(value_type = Option<String>)]
    refresh_token: Option<Private<String>>,
}

/// Somebody new whose every field can be taken.
pub(crate) struct Checked {
    pub(crate) email: Private<String>,
    pub(crate) password: Private<String>,
    pub(crate) name: Private<String>,
}

impl Registration {
    pub(crate) fn role(&self) -> Result<Role, ApiError> {
        let Some(word) = &self.role else { return Ok(Role::Patient) };
        Role::named(word).ok_or_else(|| {
            let words = Role::ALL.map(Role::as_str).join(", ");
            ApiError::invalid("role", format!("Nobody can be that here. Choose one of {words}."))
        })
    }

    pub(crate) fn check(self) -> Result<Checked, ApiError> {
        let email = checked_email(&self.email)?;
        let name = checked_name(self.name(&email))?;
        if let Some(objection) = Passwords::objection(self.password.reveal()) {
            return Err(ApiError::invalid("password", objection));
        }
        Ok(Checked { email, password: self.password, name })
    }

    fn name(&self, email: &Private<String>) -> String {
        let whole =
            [&self.name, &self.full_name, &self.display_name, &self.nickname, &self.username];
        let whole = whole.into_iter().find_map(text).map(str::to_owned);
        let profile = self.profile.as_ref();
        whole
            .or_else(|| joined(&self.first_name, &self.last_name))
            .or_else(|| profile.and_then(|it| joined(&it.first_name, &it.last_name)))
            .unwrap_or_else(|| email.reveal().split('@').next().unwrap_or_default().to_owned())
    }
}

fn joined(first: &Option<Private<String>>, last: &Option<Private<String>>) -> Option<String> {
    let parts: Vec<&str> = [first, last].into_iter().filter_map(text).collect();
    (!parts.is_empty()).then(|| parts.join(" "))
}

impl Login {
    pub(crate) fn email(&self) -> Result<&str, ApiError> {
        let nobody = || ApiError::invalid("email", "Say who signs in: their email address.");
        text(&self.email).or(text(&self.username)).ok_or_else(nobody)
    }
}

impl RefreshToken {
    pub(crate) fn token(&self) -> Option<&Private<String>> {
        self.refresh_token.as_ref().filter(|it| !it.reveal().is_empty())
    }
}

/// What a field says, if it says anything.
fn text(field: &Option<Private<String>>) -> Option<&str> {
    field.as_ref().map(|it| it.reveal().trim()).filter(|it| !it.is_empty())
}

fn checked_email(email: &Private<String>) -> Result<Private<String>, ApiError> {
    let text = email.reveal().trim();
    let plausible = text
        .split_once('@')
        .is_some_and(|(name, host)| !name.is_empty() && !host.is_empty() && !host.contains('@'));
    let clean = !text.chars().any(|it| it.is_whitespace() || it.is_control());
    if plausible && clean && text.len() <= LONGEST_EMAIL {
        return Ok(Private::new(text.to_owned()));
    }
    Err(ApiError::invalid("email", "This is not an email address."))
}

fn checked_name(name: String) -> Result<Private<String>, ApiError> {
    if name.chars().count() > LONGEST_NAME || name.chars().any(char::is_control) {
        let detail = format!("Use at most {LONGEST_NAME} characters, all of them printable.");
        return Err(ApiError::invalid("name", detail));
    }
    Ok(Private::new(name))
}

pub(crate) fn email_taken() -> ApiError {
    let problem = Problem {
        field: Some("email".to_owned()),
        ..Problem::new(
            "email_taken",
            "Somebody has registered with this email address. Sign in instead.",
        )
    };
    ApiError::new(StatusCode::CONFLICT, problem)
}

pub(crate) fn no_refresh_token() -> ApiError {
    ApiError::invalid("refreshToken", "Send the refresh token, here or as a cookie.")
}

pub(crate) fn wrong_credentials() -> ApiError {
    let message = "The email address or the password is wrong.";
    ApiError::new(StatusCode::UNAUTHORIZED, Problem::new("wrong_credentials", message))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(more: &str) -> String {
        let body = format!(r#"{{"email":"ada@x.example","password":"correct horse"{more}}}"#);
        let form: Registration = serde_json::from_str(&body).expect("a form");
        let checked = form.check();
        checked.expect("a form that can be taken").name.into_revealed()
    }

    #[test]
    fn somebody_is_called_what_their_client_calls_them() {
        assert_eq!(name(""), "ada");
        assert_eq!(name(r#","firstName":"Ada","lastName":"King""#), "Ada King");
        assert_eq!(name(r#","profile":{"firstName":" Ada ","lastName":""}"#), "Ada");
        assert_eq!(name(r#","username":"ada_k","fullName":"Ada King""#), "Ada King");
        assert_eq!(name(r#","username":"ada_k","nickname":"Countess""#), "Countess");
        assert_eq!(name(r#","name":" ","displayName":"Ada","firstName":"A""#), "Ada");
        assert_eq!(name(r#","name":null,"profile":null,"username":"ada_k""#), "ada_k");
    }
}
