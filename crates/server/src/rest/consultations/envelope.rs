//! What every answer of this vocabulary is wrapped in, and how it counts pages.

use housecall_store::Page;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::rest::error::ApiError;

/// How many items a page holds, unless it says.
const USUAL_PAGE: u32 = 20;

/// How many items a page holds at most.
const MOST_PER_PAGE: u32 = 100;

/// An answer.
#[derive(Serialize, ToSchema)]
pub(crate) struct Envelope<T> {
    /// Always `true`.
    success: bool,
    /// For people.
    message: &'static str,
    data: T,
    #[serde(skip_serializing_if = "Option::is_none")]
    pagination: Option<Pagination>,
}

/// Which part of a list an answer is.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Pagination {
    /// From 1.
    page: u64,
    limit: u32,
    /// How many items there are on all pages.
    total: u64,
    total_pages: u64,
}

/// Which part of a list is wanted.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Paging {
    /// From 1.
    pub(super) page: Option<u64>,
    /// 20 unless given, 100 at most.
    pub(super) limit: Option<u32>,
}

impl<T> Envelope<T> {
    pub(super) fn of(message: &'static str, data: T) -> Self {
        Self { success: true, message, data, pagination: None }
    }

    pub(super) fn page(message: &'static str, data: T, pagination: Pagination) -> Self {
        Self { pagination: Some(pagination), ..Self::of(message, data) }
    }
}

impl Paging {
    fn checked(&self) -> Result<(u64, u32), ApiError> {
        let (page, limit) = (self.page.unwrap_or(1), self.limit.unwrap_or(USUAL_PAGE));
        if page == 0 {
            return Err(ApiError::invalid("page", "Pages are counted from 1."));
        }
        if limit == 0 || limit > MOST_PER_PAGE {
            let detail = format!("Ask for 1 to {MOST_PER_PAGE} items.");
            return Err(ApiError::invalid("limit", detail));
        }
        Ok((page, limit))
    }

    /// The wanted part of a list.
    pub(super) fn page(&self) -> Result<Page, ApiError> {
        let (page, limit) = self.checked()?;
        Ok(Page { limit, offset: (page - 1).saturating_mul(limit.into()) })
    }

    /// The wanted part of a list of `total` whose last page is wanted first.
    pub(super) fn page_from_the_end(&self, total: u64) -> Result<Page, ApiError> {
        let Page { limit, offset } = self.page()?;
        let end = total.saturating_sub(offset);
        let start = end.saturating_sub(limit.into());
        let limit = u32::try_from(end - start).expect("no more than the limit");
        Ok(Page { limit, offset: start })
    }

    /// What to say about the answer, given how many there are.
    pub(super) fn says(&self, total: u64) -> Result<Pagination, ApiError> {
        let (page, limit) = self.checked()?;
        Ok(Pagination { page, limit, total, total_pages: total.div_ceil(limit.into()) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_from_the_end_share_nothing_and_miss_nothing() {
        let page = |page, total| {
            let paging = Paging { page: Some(page), limit: Some(3) };
            let Page { limit, offset } = paging.page_from_the_end(total).expect("a good page");
            (offset, limit)
        };
        assert_eq!(
            (page(1, 7), page(2, 7), page(3, 7), page(4, 7)),
            ((4, 3), (1, 3), (0, 1), (0, 0))
        );
        assert_eq!((page(1, 0), page(u64::MAX, 7)), ((0, 0), (0, 0)));
    }
}
