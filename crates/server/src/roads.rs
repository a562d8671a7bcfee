//! From a request to its answer, whatever HTTP it came over.

use std::sync::Arc;

use axum::{Router, extract::Request, response::Response};
use futures_util::future::BoxFuture;
use tower::Service;

use crate::api::Direct;

/// Where requests go: straight to an endpoint where the path alone names it, else through the router.
#[derive(Clone)]
pub(crate) struct Roads {
    direct: Arc<Direct>,
    router: Router,
}

impl Roads {
    pub(crate) fn new(direct: Direct, router: Router) -> Self {
        Self { direct: Arc::new(direct), router }
    }

    /// Answers a request.
    pub(crate) fn answer(&self, request: Request) -> BoxFuture<'static, Response> {
        match self.direct.answer(request) {
            Ok(answer) => Box::pin(answer),
            Err(request) => {
                let mut router = self.router.clone();
                Box::pin(async move {
                    match router.call(request).await {
                        Ok(response) => response,
                        Err(never) => match never {},
                    }
                })
            }
        }
    }
}
