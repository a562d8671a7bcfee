//! Certificates.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What is wrong with one field of a form.
#[derive(Serialize, Deserialize, ToSchema)]
pub(crate) struct FieldError {
    /// The field's name.
    field: String,
    /// What to do about it.
    en: String,
    /// The same in Chinese.
    zh: String,
}

#[cfg(test)]
mod tests {
    #[test]
    fn faults_of_fields_are_mirrored() {
        super::super::mirrors::<super::FieldError>(&[model::FieldError::new("f", "en", "zh")]);
    }
}
