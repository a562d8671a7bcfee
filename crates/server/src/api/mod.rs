//! The REST API: one file per endpoint, the folder is the URL and the file the verb.
//!
//! [`TABLE`](table) is the list of endpoints with the scope each needs; router, OpenAPI document and tests are made
//! from it.

mod direct;
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
    pub(super) mod app {
        pub(in crate::api) mod keys {
            pub(in crate::api) mod get;
            pub(in crate::api) mod post;
            pub(in crate::api) mod key {
                pub(in crate::api) mod delete;
            }
        }
    }
}
mod calls {
    pub(super) mod post;
    pub(super) mod call {
        mod acting;
        pub(in crate::api) mod get;
        pub(in crate::api) mod accept {
            pub(in crate::api) mod post;
        }
        pub(in crate::api) mod cancel {
            pub(in crate::api) mod post;
        }
        pub(in crate::api) mod end {
            pub(in crate::api) mod post;
        }
        pub(in crate::api) mod leave {
            pub(in crate::api) mod post;
        }
        pub(in crate::api) mod reject {
            pub(in crate::api) mod post;
        }
    }
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
mod dead_letters {
    pub(super) mod get;
    pub(super) mod requeue {
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
        pub(in crate::api) mod checkup {
            pub(in crate::api) mod get;
        }
        pub(in crate::api) mod push {
            pub(in crate::api) mod put;
        }
    }
}
mod events {
    pub(super) mod get;
}
mod groups {
    pub(super) mod get;
    pub(super) mod post;
    mod view;
    pub(super) mod group {
        pub(in crate::api) mod delete;
        pub(in crate::api) mod get;
        pub(in crate::api) mod patch;
        pub(in crate::api) mod members {
            pub(in crate::api) mod delete;
            pub(in crate::api) mod get;
            pub(in crate::api) mod post;
            pub(in crate::api) mod member {
                pub(in crate::api) mod patch;
            }
        }
    }
}
mod health {
    pub(super) mod get;
}
mod keys {
    pub(super) mod get;
    pub(super) mod post;
    pub(super) mod view;
    pub(super) mod key {
        pub(in crate::api) mod delete;
    }
}
mod lanes {
    pub(super) mod get;
    mod view;
    pub(super) mod lane {
        pub(in crate::api) mod brake {
            pub(in crate::api) mod delete;
        }
    }
}
mod messages {
    pub(super) mod post;
    pub(super) mod message {
        pub(in crate::api) mod get;
        pub(in crate::api) mod explain {
            pub(in crate::api) mod get;
        }
        pub(in crate::api) mod recall {
            pub(in crate::api) mod post;
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
mod resources {
    pub(super) mod get;
    pub(crate) mod keeping;
    mod view;
    pub(super) mod resource {
        pub(in crate::api) mod delete;
        pub(in crate::api) mod get;
        pub(in crate::api) mod put;
    }
}
mod users {
    pub(super) mod get;
    pub(super) mod post;
    pub(super) mod user {
        pub(in crate::api) mod delete;
        pub(in crate::api) mod get;
        pub(in crate::api) mod patch;
        pub(in crate::api) mod conversations {
            pub(in crate::api) mod get;
            pub(in crate::api) mod conversation {
                pub(in crate::api) mod messages {
                    pub(in crate::api) mod get;
                }
                pub(in crate::api) mod mute {
                    pub(in crate::api) mod put;
                }
                pub(in crate::api) mod read {
                    pub(in crate::api) mod post;
                }
            }
        }
        pub(in crate::api) mod devices {
            pub(in crate::api) mod get;
            pub(in crate::api) mod device {
                pub(in crate::api) mod kick {
                    pub(in crate::api) mod post;
                }
            }
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
        pub(in crate::api) mod sessions {
            pub(in crate::api) mod get;
        }
        pub(in crate::api) mod settings {
            pub(in crate::api) mod get;
            pub(in crate::api) mod put;
        }
        pub(in crate::api) mod token {
            pub(in crate::api) mod post;
        }
    }
}
mod vendors {
    pub(super) mod get;
}
mod webhooks {
    pub(super) mod get;
    pub(super) mod post;
    mod view;
    pub(super) mod webhook {
        pub(in crate::api) mod delete;
        pub(in crate::api) mod get;
        pub(in crate::api) mod put;
    }
}

pub(crate) use certificates::saving;
pub(crate) use direct::Direct;
pub(crate) use resources::keeping;
pub use table::{Listed, endpoints, openapi_json};
pub(crate) use table::{direct, router};
