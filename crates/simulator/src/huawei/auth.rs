//! Who asks: access tokens of the OAuth host, or a JWT of the app's service account.

use std::sync::Arc;

use super::{
    app::App,
    desk::Desk,
    jwt,
    reply::{Code, Refusal},
};
use crate::counter::{Ask, TokenFault};

/// What the id in the path names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Version {
    /// A client id.
    V1,
    /// A project id.
    V2,
}

/// A sender who is let in.
#[derive(Debug)]
pub(super) struct Caller {
    /// Whose credential it is.
    pub(super) app: Arc<App>,
    /// Apps whose phones it may send to: on V2 every one of the project.
    apps: Vec<Arc<App>>,
}

impl Caller {
    /// The app of this package, where the sender may send to it.
    pub(super) fn app_of(&self, package: &str) -> Option<&Arc<App>> {
        self.apps.iter().find(|app| app.package == package)
    }
}

impl Desk {
    /// Lets a sender in, or says why not.
    pub(super) fn admit(&self, ask: &Ask<'_>, version: Version, id: &str) -> Result<Caller, Refusal> {
        let bearer = ask.bearer().filter(|token| !token.is_empty()).ok_or(Code::UNAUTHORIZED)?;
        let app = if jwt::is_jwt(bearer) {
            self.by_jwt(ask, bearer, version, id)?
        } else {
            self.by_access_token(ask, bearer, version, id)?
        };
        if !app.rights.push_enabled {
            return Err(Code::NOT_ALLOWED.because("the push service is not enabled for this app"));
        }
        let apps = match version {
            Version::V1 => vec![Arc::clone(&app)],
            Version::V2 => self.apps.of_project(id),
        };
        Ok(Caller { app, apps })
    }

    /// A token that is not known counts as expired: the book says the same of a mutilated one.
    fn by_access_token(
        &self,
        ask: &Ask<'_>,
        token: &str,
        version: Version,
        id: &str,
    ) -> Result<Arc<App>, Refusal> {
        let client_id =
            self.access_tokens.check(token, ask.host, ask.now).map_err(|_| Code::TOKEN_EXPIRED)?;
        let app = self.apps.of_client(&client_id).ok_or(Code::UNAUTHORIZED)?;
        match version {
            Version::V1 if app.client_id != id => {
                Err(Code::UNAUTHORIZED.because("the access token is another app's"))
            }
            Version::V2 if app.project_id != id => {
                Err(Code::NOT_ALLOWED.because("the project is another one's"))
            }
            _ => Ok(app),
        }
    }

    fn by_jwt(&self, ask: &Ask<'_>, token: &str, version: Version, id: &str) -> Result<Arc<App>, Refusal> {
        let apps = match version {
            Version::V1 => self.apps.of_client(id).into_iter().collect(),
            Version::V2 => self.apps.of_project(id),
        };
        let mut refused = Code::UNAUTHORIZED;
        for app in apps {
            let Some(account) = &app.rights.service_account else { continue };
            match account.check(token, ask.now) {
                Ok(until) => return self.note_jwt(ask, token, until.since_ms(ask.now)).map(|()| app),
                // What an account says of its own token tells more than that of another account.
                Err(code) if code != Code::UNAUTHORIZED => refused = code,
                Err(_) => (),
            }
        }
        Err(refused.into())
    }

    /// Remembers a JWT, so that it can be ended on demand with all others.
    fn note_jwt(&self, ask: &Ask<'_>, token: &str, life_ms: i64) -> Result<(), Refusal> {
        match self.jwts.check(token, ask.host, ask.now) {
            Ok(_) => Ok(()),
            Err(TokenFault::Expired) => Err(Code::JWT_EXPIRED.into()),
            Err(TokenFault::Unknown) => {
                self.jwts.put(token.to_owned(), "", life_ms, ask.host, ask.now);
                Ok(())
            }
        }
    }
}
