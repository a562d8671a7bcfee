//! One exchange on a connection of its own.

use std::{sync::Arc, time::Duration};

use futures_util::future::{Either, select};
use vendors::{WireReply, WireRequest};

use super::{DialError, Endpoint, answer::Lost, connection::Connection};

/// Opens a connection, sends, reads the answer and closes.
pub(crate) async fn exchange_once(
    endpoint: Arc<Endpoint>,
    request: &WireRequest,
    deadline: Duration,
) -> Result<Result<WireReply, Lost>, DialError> {
    let (mut connection, driver) = Connection::open(endpoint.clone()).await?;
    let exchange = match connection.send(&endpoint, request, deadline, |outcome| outcome.result) {
        Ok(exchange) => exchange,
        Err(lost) => return Ok(Err(lost)),
    };
    Ok(match select(exchange, driver).await {
        Either::Left((result, _)) => result,
        // The connection has ended: whatever there was to read has been read.
        Either::Right(((), exchange)) => exchange.await,
    })
}
