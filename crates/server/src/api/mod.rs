//! The REST API: one file per endpoint, the folder is the URL and the file the verb.
//!
//! [`TABLE`](table) is the list of endpoints with the scope each needs; router, OpenAPI document and tests are made
//! from it.

pub(crate) mod schema;
mod table;
mod views;

mod app {
    pub(super) mod get;
    pub(super) mod patch;
}
mod apps {
    pub(super) mod get;
    pub(super) mod post;
}
mod certificates {
    pub(super) mod get;
    pub(super) mod post;
    pub(crate) mod saving;
    pub(super) mod view;
    pub(super) mod certificate {
        pub(in crate::api) mod get;
        pub(in crate::api) mod put;
        pub(in crate::api) mod lint {
            pub(in crate::api) mod post;
        }
        pub(in crate::api) mod probe {
            pub(in crate::api) mod post;
        }
    }
}
mod console {
    pub(super) mod links {
        pub(in crate::api) mod post;
    }
}
mod deliveries {
    pub(super) mod get;
}
mod devices {
    pub(super) mod post;
    pub(super) mod push_id {
        pub(in crate::api) mod delete;
        pub(in crate::api) mod get;
        pub(in crate::api) mod binding {
            pub(in crate::api) mod delete;
            pub(in crate::api) mod post;
        }
    }
}
mod events {
    pub(super) mod get;
}
mod health {
    pub(super) mod get;
}
mod lanes {
    pub(super) mod get;
}
mod messages {
    pub(super) mod post;
    pub(super) mod message {
        pub(in crate::api) mod get;
        pub(in crate::api) mod explain {
            pub(in crate::api) mod get;
        }
    }
}
mod openapi {
    pub(super) mod get;
}
mod pushes {
    pub(super) mod post;
}
mod receipts {
    pub(super) mod post;
}
mod users {
    pub(super) mod get;
    pub(super) mod post;
    pub(super) mod user {
        pub(in crate::api) mod get;
        pub(in crate::api) mod devices {
            pub(in crate::api) mod get;
        }
        pub(in crate::api) mod explain {
            pub(in crate::api) mod get;
        }
        pub(in crate::api) mod kick {
            pub(in crate::api) mod post;
        }
        pub(in crate::api) mod logout {
            pub(in crate::api) mod post;
        }
        pub(in crate::api) mod token {
            pub(in crate::api) mod post;
        }
    }
}
mod vendors {
    pub(super) mod get;
}

pub(crate) use certificates::saving;
pub(crate) use table::router;
pub use table::{Listed, endpoints, openapi_json};
