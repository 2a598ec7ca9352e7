//! HTTP: one file per group of operations, all of them straight lines from
//! `Caller` and a typed body to the same commands sockets use.

mod appointments;
mod auth;
mod body;
mod call_view;
mod caller;
mod calls;
mod connection_checks;
mod consultations;
mod error;
mod found;
mod guests;
mod health;
mod ice;
mod meetings;
mod metrics;
mod missed;
mod people;
mod places;
mod recordings;
mod rooms;
mod rtc;
mod stats;
mod users;

use axum::{
    Extension, Router,
    http::{HeaderName, HeaderValue, Method, Uri, header},
    middleware::from_fn,
    response::Response,
};
use tower_http::{
    cors::{AllowHeaders, AllowMethods, AllowOrigin, CorsLayer},
    limit::RequestBodyLimitLayer,
    set_header::SetResponseHeaderLayer,
};
use utoipa::{
    OpenApi,
    openapi::security::{Http, HttpAuthScheme, SecurityScheme},
};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{house::House, origins::Origins};
pub(crate) use caller::bearer;
use error::ApiError;
use guests::links;
use meetings::{connections, messages, of_user};
use recordings::{library, media, upload};
use users::contacts;

/// The largest body of a request, in bytes: a thousand times a usual one.
const MOST_BODY: usize = 1024 * 1024;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Housecall",
        description = "Calls for telehealth and meeting applications. Errors are \
                       application/problem+json with a stable `code`. Everything below \
                       /webrtc is also below /api/v1/webrtc.",
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0"),
    ),
    modifiers(&Bearer),
    security(("bearer" = [])),
)]
struct Document;

struct Bearer;

impl utoipa::Modify for Bearer {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let scheme = SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer));
        document.components.get_or_insert_default().add_security_scheme("bearer", scheme);
    }
}

fn operations() -> OpenApiRouter<House> {
    OpenApiRouter::with_openapi(Document::openapi())
        .routes(routes!(auth::register))
        .routes(routes!(auth::login))
        .routes(routes!(auth::refresh))
        .routes(routes!(auth::logout))
        .routes(routes!(auth::verify))
        .routes(routes!(people::me))
        .routes(routes!(people::people))
        .routes(routes!(people::house))
        .routes(routes!(people::demo_sign_in))
        .merge(visit_operations())
        .routes(routes!(users::users))
        .routes(routes!(users::my_user))
        .routes(routes!(users::search_users))
        .routes(routes!(users::user))
        .routes(routes!(users::user_elsewhere))
        .routes(routes!(contacts::contacts))
        .routes(routes!(contacts::contact_requests))
        .routes(routes!(contacts::sent_contact_requests))
        .routes(routes!(contacts::request_contact))
        .routes(routes!(contacts::accept_contact))
        .routes(routes!(contacts::decline_contact))
        .routes(routes!(contacts::remove_contact))
        .merge(consultation_operations())
        .merge(rtc_operations())
        .merge(guest_operations())
        .merge(call_operations())
        .merge(chat_operations())
        .merge(recording_operations())
        .routes(routes!(meetings::create, meetings::list))
        .routes(routes!(meetings::show, meetings::delete))
        .routes(routes!(meetings::end))
        .routes(routes!(of_user::meetings))
        .routes(routes!(of_user::stats))
        .routes(routes!(connections::come, connections::go))
        .routes(routes!(connections::in_room))
        .routes(routes!(messages::list, messages::write))
        .routes(routes!(messages::change, messages::delete))
        .routes(routes!(ice::ice_servers))
        .routes(routes!(health::alive))
        .routes(routes!(health::uptime))
        .routes(routes!(health::ready))
        .routes(routes!(metrics::metrics))
}

/// Appointments and meetings, the neutral way.
fn visit_operations() -> OpenApiRouter<House> {
    OpenApiRouter::new()
        .routes(routes!(appointments::create, appointments::list))
        .routes(routes!(appointments::show, appointments::change, appointments::cancel))
        .routes(routes!(appointments::calendar::calendar))
        .routes(routes!(appointments::notes::show, appointments::notes::save))
        .routes(routes!(appointments::notes::versions))
        .routes(routes!(appointments::notes::version))
        .routes(routes!(connection_checks::create))
        .routes(routes!(places::create, places::list))
        .routes(routes!(places::show, places::change, places::delete))
}

/// Appointments as the clients of consultations know them.
fn consultation_operations() -> OpenApiRouter<House> {
    OpenApiRouter::new()
        .routes(routes!(consultations::virtual_session))
        .routes(routes!(consultations::list))
        .routes(routes!(consultations::history))
        .routes(routes!(consultations::active))
        .routes(routes!(consultations::show))
        .routes(routes!(consultations::room))
        .routes(routes!(consultations::join))
        .routes(routes!(consultations::start))
        .routes(routes!(consultations::end))
        .routes(routes!(consultations::change_status))
        .routes(routes!(consultations::chat::list, consultations::chat::open))
        .routes(routes!(consultations::chat::messages, consultations::chat::say))
        .routes(routes!(consultations::chat::read))
}

/// Everything below `/api/rtc` and `/api/video`.
fn rtc_operations() -> OpenApiRouter<House> {
    OpenApiRouter::new()
        .routes(routes!(rtc::servers::ice_servers))
        .routes(routes!(rtc::servers::ready))
        .routes(routes!(rtc::join))
        .routes(routes!(rtc::list))
        .routes(routes!(rtc::show))
        .routes(routes!(rtc::stats))
        .routes(routes!(rtc::consent))
        .routes(routes!(rtc::ending::end))
        .routes(routes!(rtc::ending::notes, rtc::ending::write_notes))
        .routes(routes!(rtc::video::notify_patient))
        .routes(routes!(rtc::video::active_invitations))
        .routes(routes!(rtc::video::accept_invitation))
        .routes(routes!(rtc::video::decline_invitation))
        .routes(routes!(rtc::video::end))
}

/// Guest links, those who come by them, and what people missed.
fn guest_operations() -> OpenApiRouter<House> {
    OpenApiRouter::new()
        .routes(routes!(links::create, links::list))
        .routes(routes!(links::revoke))
        .routes(routes!(guests::look))
        .routes(routes!(guests::come))
        .routes(routes!(missed::list))
        .routes(routes!(missed::seen))
}

/// What is written in rooms, but for [`upload_operations`], and how media went.
fn chat_operations() -> OpenApiRouter<House> {
    OpenApiRouter::new()
        .routes(routes!(rooms::messages::list, rooms::messages::write))
        .routes(routes!(rooms::files::download))
        .routes(routes!(rooms::paths::list))
}

/// Recordings that are kept, but for [`upload_operations`].
fn recording_operations() -> OpenApiRouter<House> {
    OpenApiRouter::new()
        .routes(routes!(upload::open_part))
        .routes(routes!(upload::renew))
        .routes(routes!(upload::finish))
        .routes(routes!(upload::progress))
        .routes(routes!(library::list))
        .routes(routes!(library::show, library::destroy))
        .routes(routes!(library::hold, library::release))
        .routes(routes!(library::request))
        .routes(routes!(library::accesses))
        .routes(routes!(media::watch))
        .routes(routes!(media::media))
        .routes(routes!(media::download))
        .routes(routes!(media::poster, upload::poster))
}

/// Files that come in, whose size is limited by a setting of their own.
fn upload_operations() -> OpenApiRouter<House> {
    OpenApiRouter::new().routes(routes!(rooms::files::upload)).routes(routes!(upload::chunk))
}

/// Everything below `/webrtc`, which is also to be had below `/api/v1/webrtc`.
fn call_operations() -> OpenApiRouter<House> {
    OpenApiRouter::new()
        .routes(routes!(calls::create, calls::list))
        .routes(routes!(calls::show))
        .routes(routes!(calls::answer))
        .routes(routes!(calls::end))
        .routes(routes!(calls::cancel))
        .routes(routes!(calls::missed))
        .routes(routes!(calls::failed))
        .routes(routes!(calls::turn_credentials))
        .routes(routes!(recordings::start))
        .routes(routes!(recordings::stop))
        .routes(routes!(recordings::show))
        .routes(routes!(recordings::list))
        .routes(routes!(stats::stats))
}

/// The OpenAPI document of every operation.
pub fn openapi() -> utoipa::openapi::OpenApi {
    operations().merge(upload_operations()).split_for_parts().1
}

/// Every operation under its path.
pub(crate) fn router(house: House, origins: &Origins) -> Router {
    let (router, _) = operations().split_for_parts();
    let document = openapi().to_json().expect("the document is plain JSON");
    router
        .nest("/api/v1", call_operations().into())
        .route("/openapi.json", axum::routing::get(move || health::document(document)))
        .layer(RequestBodyLimitLayer::new(MOST_BODY))
        .merge(upload_operations())
        .method_not_allowed_fallback(async || ApiError::method_not_allowed())
        .layer(Extension(auth::Renewals::default()))
        .layer(Extension(connection_checks::CheckPace::default()))
        .layer(Extension(health::Started(house.now())))
        .layer(from_fn(error::say_as_expected))
        .layer(no_store())
        .layer(cors(origins.clone()))
        .with_state(house)
}

/// Figures alone, for everybody who reaches it.
pub(crate) fn metrics_router(house: House) -> Router {
    Router::new().route("/metrics", axum::routing::get(metrics::open)).with_state(house)
}

/// Answers for paths that are neither ours nor the web app's.
pub(crate) async fn not_found(uri: Uri) -> Response {
    ApiError::not_found(format!("There is nothing at {}.", uri.path())).at(uri.path())
}

/// Answers hold personal data: no cache keeps them.
fn no_store() -> SetResponseHeaderLayer<HeaderValue> {
    SetResponseHeaderLayer::if_not_present(
        header::CACHE_CONTROL,
        HeaderValue::from_static("no-store"),
    )
}

fn cors(origins: Origins) -> CorsLayer {
    let allowed = move |origin: &HeaderValue, _: &axum::http::request::Parts| {
        origin.to_str().is_ok_and(|origin| origins.allow(origin))
    };
    CorsLayer::new()
        .allow_origin(AllowOrigin::predicate(allowed))
        .allow_credentials(true)
        .allow_methods(AllowMethods::list([
            Method::GET,
            Method::POST,
            Method::PUT,
            Method::PATCH,
            Method::DELETE,
        ]))
        .allow_headers(AllowHeaders::list([
            header::AUTHORIZATION,
            header::CONTENT_TYPE,
            header::RANGE,
            HeaderName::from_static("content-digest"),
            HeaderName::from_static("x-csrf-token"),
        ]))
}
