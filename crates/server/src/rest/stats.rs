//! What the calls of somebody come to.

use axum::{Json, extract::State};
use housecall_store::{CallFilter, CallStatistics};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{
    body::Params,
    caller::Caller,
    calls::{first_moment, last_moment},
    error::{ApiError, ProblemBody},
};
use crate::house::House;

/// Which calls to count.
#[derive(Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub(crate) struct Span {
    /// From this date, or date and time, on.
    start_date: Option<String>,
    /// Up to this date, the day included, or date and time.
    end_date: Option<String>,
}

/// What calls come to.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = CallStatistics)]
pub(crate) struct Statistics {
    /// All calls, those that are not over included.
    total_calls: u64,
    completed_calls: u64,
    missed_calls: u64,
    /// Always 0: a call that fails after it was answered has ended, and counts
    /// as completed.
    failed_calls: u64,
    /// Taken back or declined.
    cancelled_calls: u64,
    /// Seconds from the first answer to the end, of all calls together.
    total_duration: u64,
    /// Seconds, of the calls that were answered and are over; 0 if none was.
    average_duration: u64,
    call_type_breakdown: CallTypes,
    quality_metrics: Quality,
    /// Always 0: Housecall takes nobody's picture away.
    fallback_rate: u64,
}

/// How many calls were for what.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CallTypes {
    video: u64,
    audio: u64,
    screen_share: u64,
}

/// How good connections were. What clients report is judged at once and not
/// kept, so nothing is known afterwards.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = CallQuality)]
pub(crate) struct Quality {
    average_bandwidth: Option<f64>,
    average_latency: Option<f64>,
    average_packet_loss: Option<f64>,
}

impl From<CallStatistics> for Statistics {
    fn from(it: CallStatistics) -> Self {
        let total_duration = it.duration.as_secs();
        Self {
            total_calls: it.total,
            completed_calls: it.completed,
            missed_calls: it.missed,
            failed_calls: 0,
            cancelled_calls: it.cancelled + it.declined,
            total_duration,
            average_duration: total_duration.checked_div(it.timed).unwrap_or(0),
            call_type_breakdown: CallTypes {
                video: it.video,
                audio: it.audio,
                screen_share: it.screen_share,
            },
            quality_metrics: Quality {
                average_bandwidth: None,
                average_latency: None,
                average_packet_loss: None,
            },
            fallback_rate: 0,
        }
    }
}

/// Counts calls: one's own, or for administrators all.
#[utoipa::path(
    get, path = "/webrtc/stats", tag = "calls", params(Span),
    responses((status = 200, body = Statistics), (status = 400, body = ProblemBody),
              (status = 401, body = ProblemBody)),
)]
pub(crate) async fn stats(
    State(house): State<House>,
    caller: Caller,
    Params(span): Params<Span>,
) -> Result<Json<Statistics>, ApiError> {
    let filter = CallFilter {
        visible_to: (!caller.is_admin()).then(|| caller.user.clone()),
        from: first_moment(span.start_date)?,
        to: last_moment(span.end_date)?,
        ..CallFilter::default()
    };
    Ok(Json(house.store.call_statistics(&filter).await?.into()))
}
