//! Vendor simulators and virtual phones, with an HTTP control API.
