//! From a request as data to an HTTP request.

use http::{
    HeaderName, HeaderValue, Request, Uri, header,
    uri::{PathAndQuery, Scheme},
};
use vendors::{Protocol, WireRequest};

use super::Endpoint;

/// Headers as the last request on a connection had them. A value that comes again is worth a place in HTTP/2's
/// compression table, the authentication above all; one that is new with every request would only drive it out.
#[derive(Debug, Default)]
pub(super) struct Repeated(Vec<(&'static str, HeaderName, HeaderValue)>);

impl Repeated {
    fn header(&mut self, name: &'static str, text: &str) -> Result<(HeaderName, HeaderValue), http::Error> {
        match self.0.iter_mut().find(|(own, ..)| *own == name) {
            Some((_, name, last)) if last.as_bytes() == text.as_bytes() => Ok((name.clone(), last.clone())),
            Some((_, name, last)) => {
                *last = HeaderValue::from_str(text)?;
                let mut once = last.clone();
                once.set_sensitive(true);
                Ok((name.clone(), once))
            }
            None => {
                let header = (HeaderName::from_bytes(name.as_bytes())?, HeaderValue::from_str(text)?);
                self.0.push((name, header.0.clone(), header.1.clone()));
                Ok(header)
            }
        }
    }
}

/// The request's head. HTTP/2 names scheme and authority in the request line, HTTP/1.1 the host in a header.
pub(super) fn http_head(
    endpoint: &Endpoint,
    protocol: Protocol,
    wire: &WireRequest,
    repeated: &mut Repeated,
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
        let (name, value) = repeated.header(name, value)?;
        headers.append(name, value);
    }
    if let Some(authorization) = &wire.authorization {
        let (name, value) = repeated.header(header::AUTHORIZATION.as_str(), authorization.expose())?;
        headers.insert(name, value);
    }
    Ok(head)
}

#[cfg(test)]
mod tests {
    use super::Repeated;

    #[test]
    fn only_what_comes_again_is_kept_in_the_compression_table() {
        let mut repeated = Repeated::default();
        let mut is_kept = |text| !repeated.header("a", text).unwrap().1.is_sensitive();
        assert_eq!(["x", "x", "y", "z", "z", "z"].map(&mut is_kept), [true, true, false, false, true, true]);
    }
}
