//! The endpoints whose path has no parameter, found by one look-up: the calls that a backend makes by the thousand are
//! among them, and routing them would cost more than answering them.

use std::{collections::HashMap, sync::Arc};

use axum::{
    extract::Request,
    handler::Handler,
    response::{IntoResponse, Response},
};
use futures_util::future::BoxFuture;
use http::Method;
use store::Scope;

use crate::{
    attend,
    audit::{self, Recorded},
    key,
    shared::Shared,
};

/// Calls an endpoint.
pub(super) type Call = Arc<dyn Fn(Request, Arc<Shared>) -> BoxFuture<'static, Response> + Send + Sync>;

/// An endpoint's call: its key is looked at, then its handler has it; what it changed is recorded.
pub(super) fn call<H, T>(scope: Option<Scope>, recorded: Option<Recorded>, handler: H) -> Call
where
    H: Handler<T, Arc<Shared>>,
    T: 'static,
{
    Arc::new(move |mut request, shared| {
        let (handler, recorded) = (handler.clone(), recorded.clone());
        Box::pin(async move {
            if let Some(scope) = scope
                && let Err(problem) = key::admit(&shared, scope, &mut request).await
            {
                return problem.into_response();
            }
            match recorded {
                Some(recorded) => {
                    let answer = |request| handler.call(request, Arc::clone(&shared));
                    audit::record(&shared, &recorded, "", request, answer).await
                }
                None => handler.call(request, shared).await,
            }
        })
    })
}

/// The endpoints whose path has no parameter.
pub(crate) struct Direct {
    shared: Arc<Shared>,
    calls: HashMap<String, Vec<(Method, Call)>>,
}

impl Direct {
    pub(super) fn new(
        shared: Arc<Shared>,
        endpoints: impl IntoIterator<Item = (Method, String, Call)>,
    ) -> Self {
        let mut calls: HashMap<_, Vec<_>> = HashMap::new();
        for (method, path, call) in endpoints {
            calls.entry(path).or_default().push((method, call));
        }
        Self { shared, calls }
    }

    /// Answers a request to one of them; gives back any other.
    ///
    /// # Errors
    /// The request.
    #[expect(clippy::result_large_err, reason = "the request goes on its way")]
    pub(crate) fn answer(
        &self,
        request: Request,
    ) -> Result<impl Future<Output = Response> + Send + use<>, Request> {
        let calls = self.calls.get(request.uri().path());
        let found = calls.and_then(|calls| calls.iter().find(|(method, _)| method == request.method()));
        let Some((_, call)) = found else { return Err(request) };
        let (call, shared) = (Arc::clone(call), Arc::clone(&self.shared));
        Ok(
            async move { attend::attended(&shared, request, |request| call(request, Arc::clone(&shared))).await },
        )
    }
}
