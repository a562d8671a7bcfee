//! From a request as data to an HTTP request.

use http::{
    HeaderName, HeaderValue, Request, Uri, header,
    uri::{PathAndQuery, Scheme},
};
use vendors::{Protocol, WireRequest};

use super::Endpoint;

/// The request's head. HTTP/2 names scheme and authority in the request line, HTTP/1.1 the host in a header.
pub(super) fn http_head(
    endpoint: &Endpoint,
    protocol: Protocol,
    wire: &WireRequest,
) -> Result<Request<()>, http::Error> {
    let path = PathAndQuery::try_from(wire.path.as_str())?;
    let uri = match protocol {
        Protocol::Http1 => Uri::from(path),
        Protocol::Http2 => Uri::builder()
            .scheme(Scheme::HTTPS)
            .authority(endpoint.authority.clone())
            .path_and_query(path)
            .build()?,
    };
    let mut head = Request::builder().method(wire.method).uri(uri).body(())?;
    let headers = head.headers_mut();
    headers.reserve(wire.headers.len() + 2);
    if protocol == Protocol::Http1 {
        headers.insert(header::HOST, HeaderValue::from_str(endpoint.authority.as_str())?);
    }
    for (name, value) in &wire.headers {
        headers.append(HeaderName::from_bytes(name.as_bytes())?, HeaderValue::from_str(value)?);
    }
    if let Some(authorization) = &wire.authorization {
        let mut value = HeaderValue::from_str(authorization.expose())?;
        value.set_sensitive(true);
        headers.insert(header::AUTHORIZATION, value);
    }
    Ok(head)
}
