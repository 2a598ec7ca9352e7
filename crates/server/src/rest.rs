//! HTTP: one file per group of operations, all of them straight lines from
//! `Caller` and a typed body to the same commands sockets use.

mod auth;
mod body;
mod call_view;
mod caller;
mod calls;
mod error;
mod health;
mod ice;
mod people;

use axum::{
    Router,
    http::{HeaderName, HeaderValue, Method, Uri, header},
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

/// The largest body of a request, in bytes: a thousand times a usual one.
const MOST_BODY: usize = 1024 * 1024;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Housecall",
        description = "Calls for telehealth and meeting applications. Errors are \
                       application/problem+json with a stable `code`.",
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
        .routes(routes!(people::me))
        .routes(routes!(people::people))
        .routes(routes!(people::house))
        .routes(routes!(people::demo_sign_in))
        .routes(routes!(calls::create, calls::list))
        .routes(routes!(calls::show))
        .routes(routes!(calls::answer))
        .routes(routes!(calls::end))
        .routes(routes!(calls::cancel))
        .routes(routes!(ice::ice_servers))
        .routes(routes!(health::alive))
        .routes(routes!(health::ready))
}

/// The OpenAPI document of every operation.
pub fn openapi() -> utoipa::openapi::OpenApi {
    operations().split_for_parts().1
}

/// Every operation under its path.
pub(crate) fn router(house: House, origins: &Origins) -> Router {
    let (router, document) = operations().split_for_parts();
    let document = document.to_json().expect("the document is plain JSON");
    router
        .route("/openapi.json", axum::routing::get(move || health::document(document)))
        .method_not_allowed_fallback(async || ApiError::method_not_allowed())
        .layer(no_store())
        .layer(RequestBodyLimitLayer::new(MOST_BODY))
        .layer(cors(origins.clone()))
        .with_state(house)
}

/// Answers for paths that are neither ours nor the web app's.
pub(crate) async fn not_found(uri: Uri) -> ApiError {
    ApiError::not_found(format!("There is nothing at {}.", uri.path()))
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
            HeaderName::from_static("x-csrf-token"),
        ]))
}
