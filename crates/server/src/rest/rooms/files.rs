//! Files that people send to a room, and getting them again.

use std::{future::poll_fn, pin::pin, time::Duration};

use axum::{
    Json,
    body::{Body, HttpBody},
    extract::{Path, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use housecall_core::{
    Command, FileId, Private, Room, UserId,
    room::{Invitation, MessageKey},
};
use housecall_dialect::Problem;
use housecall_store::{BlobError, BlobId, Kept, NewFile, StoredFile};
use tokio::time::timeout;
use tokio_util::io::ReaderStream;

use super::{
    kind::{Kind, Look},
    messages::MessageView,
    read_from, what_was_said, write_to,
};
use crate::{
    clock::new_blob_id,
    files::FileMessage,
    house::{House, internal},
    rest::{
        body::Params,
        caller::Caller,
        error::{ApiError, ProblemBody},
    },
};

/// The longest name of a file, in characters, before it gets the end that belongs
/// to what it holds: that may add five to two hundred in all.
const LONGEST_NAME: usize = 195;

/// How long the next piece of a file may take to come. Longer keeps half a file for
/// somebody who is gone; shorter fails people on bad networks.
const PATIENCE: Duration = Duration::from_secs(30);

/// How much of a file is read at a time, in bytes.
const PIECE: usize = 64 * 1024;

/// What comes with the bytes of a file.
struct Label {
    name: String,
    to: Vec<UserId>,
    key: Option<MessageKey>,
}

/// Sends a file to the others in a room, from inside it: a message with the name of
/// the file as its text. The body is the file. What it holds is found out by looking
/// into it; pictures, PDF, text, office documents, sound and films are taken.
#[utoipa::path(
    post, path = "/api/rooms/{name}/files", tag = "chat",
    params(
        ("name" = String, Path, description = "A room, an appointment or a meeting"),
        ("name" = String, Query, description = "What the file is called"),
        ("to" = Option<Vec<String>>, Query,
         description = "Whom it is for, once for each; everybody in the room without it"),
        ("key" = Option<String>, Query,
         description = "What you call it: the same key again says nothing new"),
    ),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses((status = 201, body = MessageView), (status = 400, body = ProblemBody),
              (status = 401, body = ProblemBody), (status = 404, body = ProblemBody),
              (status = 413, body = ProblemBody), (status = 415, body = ProblemBody),
              (status = 429, body = ProblemBody)),
)]
pub(crate) async fn upload(
    State(house): State<House>,
    caller: Caller,
    Path(name): Path<String>,
    Params(parameters): Params<Vec<(String, String)>>,
    headers: HeaderMap,
    body: Body,
) -> Result<(StatusCode, Json<MessageView>), ApiError> {
    let Label { name: file_name, to, key } = Label::read(parameters)?;
    house.check_writing_pace(&caller.user)?;
    let room = write_to(&house, &caller, &name).await?;
    check_may_say(&house, &caller, &room, &to)?;
    if announced(&headers).is_some_and(|it| it > house.config.chat.file_bytes) {
        return Err(BlobError::TooLarge.into());
    }
    let id = new_blob_id();
    let (kind, kept) = take_in(&house, &id, body).await?;
    let file = NewFile {
        id,
        room: room.id().clone(),
        place: room.invitation().and_then(Invitation::place),
        uploaded_by: caller.user.clone(),
        name: Private::new(kind.name(file_name)),
        media_type: kind.media_type.to_owned(),
        kept,
    };
    let message = FileMessage::new(file, to, key.clone());
    let asked = house.say_with_file(caller.actor(), message).await?;
    let said = what_was_said(&house, &caller, &asked, key.as_ref()).await?;
    Ok((StatusCode::CREATED, Json(MessageView::of(said))))
}

/// A file, for those who may read its message. It is to be saved, whatever it holds.
#[utoipa::path(
    get, path = "/api/rooms/{name}/files/{id}", tag = "chat",
    params(("name" = String, Path, description = "A room, an appointment or a meeting"),
           ("id" = String, Path)),
    responses((status = 200, body = Vec<u8>, content_type = "application/octet-stream"),
              (status = 400, body = ProblemBody), (status = 401, body = ProblemBody),
              (status = 404, body = ProblemBody)),
)]
pub(crate) async fn download(
    State(house): State<House>,
    caller: Caller,
    Path((name, id)): Path<(String, String)>,
) -> Result<Response, ApiError> {
    let place = read_from(&house, &caller, &name).await?;
    let nothing = || ApiError::not_found("There is no such file.");
    let id: FileId = id.parse().map_err(|_| nothing())?;
    let file = house.store.file(&place, &caller.user, &id).await?.ok_or_else(nothing)?;
    let Some(blob) = house.blobs.get(&file.blob).await? else {
        tracing::error!(file = %file.blob, "The bytes of a file are gone");
        return Err(internal().into());
    };
    let body = Body::from_stream(ReaderStream::with_capacity(blob.content, PIECE));
    Ok((headers_of(&file, blob.bytes), body).into_response())
}

impl Label {
    fn read(parameters: Vec<(String, String)>) -> Result<Self, ApiError> {
        let (mut name, mut to, mut key) = (None, Vec::new(), None);
        for (parameter, value) in parameters {
            let wrong = |what: String| ApiError::invalid(&parameter, what);
            match parameter.as_str() {
                "name" => name = Some(value),
                "to" => to.push(value.parse().map_err(|it| wrong(format!("{it}")))?),
                "key" => key = Some(value.try_into().map_err(|it| wrong(format!("{it}")))?),
                _ => {}
            }
        }
        let name = name.ok_or_else(|| ApiError::invalid("name", "Say what the file is called."))?;
        Ok(Self { name: clean(&name), to, key })
    }
}

/// Says no before any byte is read, where it is known by then.
fn check_may_say(
    house: &House,
    caller: &Caller,
    room: &Room,
    to: &[UserId],
) -> Result<(), ApiError> {
    let message = "A file.".to_owned().try_into().expect("a short text");
    let say = Command::say(message, to.to_vec());
    room.decide(house.now(), &caller.actor(), say)?;
    Ok(())
}

/// How many bytes are to come, if the client says.
fn announced(headers: &HeaderMap) -> Option<u64> {
    headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// Keeps the bytes of a file and finds out what they are. Nothing is left of one
/// that is refused.
async fn take_in(house: &House, id: &BlobId, body: Body) -> Result<(Kind, Kept), ApiError> {
    let mut incoming = house.blobs.begin(id, house.config.chat.file_bytes).await?;
    let (mut body, mut look) = (pin!(body), Look::default());
    loop {
        let next = timeout(PATIENCE, poll_fn(|context| body.as_mut().poll_frame(context)));
        let Some(frame) = next.await.map_err(|_| broken_off())? else { break };
        let Ok(bytes) = frame.map_err(|_| broken_off())?.into_data() else { continue };
        look.see(&bytes);
        incoming.write(&bytes).await?;
    }
    let kind = look.verdict().ok_or_else(refused)?;
    Ok((kind, incoming.finish().await?))
}

fn broken_off() -> ApiError {
    let detail = "The file did not come to its end. Send it again.";
    ApiError::new(StatusCode::REQUEST_TIMEOUT, Problem::new("file_incomplete", detail))
}

fn refused() -> ApiError {
    let detail = "Files of this type cannot be sent. Send a picture, a PDF, plain text, an office \
                  document, sound or a film.";
    ApiError::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, Problem::new("file_type", detail))
}

/// A name that is one line and leads into no folder, nor pretends to end otherwise
/// than it does.
fn clean(name: &str) -> String {
    let turns_text = |it: char| {
        matches!(it, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2066}'..='\u{2069}')
    };
    let is_trouble = |it: char| it.is_control() || "/\\\u{2028}\u{2029}".contains(it);
    let replaced = |it: char| if is_trouble(it) || turns_text(it) { '_' } else { it };
    let name: String = name.trim().chars().take(LONGEST_NAME).map(replaced).collect();
    match name.is_empty() {
        true => "file".to_owned(),
        false => name,
    }
}

/// Whatever a browser makes of the file, it is not a page of ours.
fn headers_of(file: &StoredFile, bytes: u64) -> HeaderMap {
    let fixed = HeaderValue::from_static;
    let media_type = match file.media_type.as_str() {
        "text/plain" => "text/plain; charset=utf-8",
        other => other,
    };
    let text = |it: &str| HeaderValue::from_str(it).expect("printable ASCII");
    HeaderMap::from_iter([
        (header::CONTENT_TYPE, text(media_type)),
        (header::CONTENT_LENGTH, bytes.into()),
        (header::CONTENT_DISPOSITION, text(&disposition(file.name.reveal()))),
        (header::X_CONTENT_TYPE_OPTIONS, fixed("nosniff")),
        (header::CACHE_CONTROL, fixed("private, no-store")),
        (header::CONTENT_SECURITY_POLICY, fixed("default-src 'none'; sandbox")),
    ])
}

/// RFC 6266: the name in ASCII for old clients, and as it is (RFC 8187).
fn disposition(name: &str) -> String {
    let is_plain = |it: char| (it.is_ascii_graphic() || it == ' ') && !"\"\\%".contains(it);
    let plain: String = name.chars().map(|it| if is_plain(it) { it } else { '_' }).collect();
    let is_attribute = |it: u8| it.is_ascii_alphanumeric() || b"!#$&+-.^_`|~".contains(&it);
    let encode = |it: u8| match is_attribute(it) {
        true => char::from(it).to_string(),
        false => format!("%{it:02X}"),
    };
    let encoded: String = name.bytes().map(encode).collect();
    format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{encoded}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_leads_nowhere_and_is_what_it_seems() {
        let check = |name: &str, expected: &str| assert_eq!(clean(name), expected);
        check(" Befund Müller.pdf ", "Befund Müller.pdf");
        check("../../etc/passwd", ".._.._etc_passwd");
        check("C:\\boot\r\n.ini", "C:_boot__.ini");
        check("gpj\u{202e}exe.jpg", "gpj_exe.jpg");
        check("", "file");
        check("   ", "file");
        assert_eq!(clean(&"ü".repeat(300)).chars().count(), LONGEST_NAME);
    }

    #[test]
    fn a_name_is_told_to_old_and_new_clients() {
        assert_eq!(
            disposition("Bericht \"é\" 100%.pdf"),
            "attachment; filename=\"Bericht ___ 100_.pdf\"; \
             filename*=UTF-8''Bericht%20%22%C3%A9%22%20100%25.pdf"
        );
    }
}
