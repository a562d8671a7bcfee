//! The signed form: every request is one, and its signature is the whole of its authentication.

use std::{borrow::Cow, collections::BTreeMap, ops::RangeInclusive};

use md5::{Digest, Md5};
use subtle::ConstantTimeEq;

use super::reply::{Code, Refusal};
use crate::shared::hex;

/// Fields that hold lists: where one is repeated, its values count as joined by commas (assumed).
const LISTS: [&str; 5] = ["pushIds", "alias", "tagNames", "tags", "restrictedPackageNames"];

/// The fields of a request, decoded, by name.
#[derive(Debug, Default)]
pub(super) struct Form(BTreeMap<String, String>);

impl Form {
    /// Reads the fields in the order they came. Of a repeated field that holds no list the first counts.
    pub(super) fn of(fields: Vec<(Cow<'_, str>, Cow<'_, str>)>) -> Self {
        let mut form = BTreeMap::<String, String>::new();
        for (name, value) in fields {
            let is_list = LISTS.contains(&&*name);
            match form.get_mut(&*name) {
                Some(values) if is_list => {
                    values.push(',');
                    values.push_str(&value);
                }
                Some(_) => (),
                None => {
                    form.insert(name.into_owned(), value.into_owned());
                }
            }
        }
        Self(form)
    }

    /// Whether `sign` is the MD5 of all other fields as `name=value`, in the order of their names and with nothing
    /// between them, and of the secret after them, in lower-case hexadecimal. Documented.
    pub(super) fn is_signed_with(&self, secret: &str) -> bool {
        let mut digest = Md5::new();
        for (name, value) in self.0.iter().filter(|(name, _)| *name != "sign") {
            digest.update(name);
            digest.update("=");
            digest.update(value);
        }
        digest.update(secret);
        let wanted = hex(&digest.finalize());
        self.0.get("sign").is_some_and(|sign| sign.as_bytes().ct_eq(wanted.as_bytes()).into())
    }

    /// A field that is not blank.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str).filter(|value| !value.trim().is_empty())
    }

    /// A field that must be there.
    pub(super) fn need(&self, name: &str) -> Result<&str, Refusal> {
        self.get(name).ok_or_else(|| Code::EMPTY.because(format!("{name}参数不能为空")))
    }

    /// A number that must be there.
    pub(super) fn need_number<T>(&self, name: &str, range: RangeInclusive<T>) -> Result<T, Refusal>
    where
        T: std::str::FromStr + PartialOrd,
    {
        let number = self.need(name)?.trim().parse().ok();
        number
            .filter(|number| range.contains(number))
            .ok_or_else(|| Code::PARAMETER.because(format!("{name}参数错误")))
    }

    /// The items of a list, a comma too many adding nothing.
    pub(super) fn list(&self, name: &str) -> Vec<&str> {
        let items = self.0.get(name).into_iter().flat_map(|value| value.split(','));
        items.map(str::trim).filter(|item| !item.is_empty()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "0f1e2d3c4b5a69788796a5b4c3d2e1f0";
    const ONE: &str = "RA5000000000000000000000000000000000000000001";
    const TWO: &str = "RA5000000000000000000000000000000000000000002";
    const HELLO: &str = r#"{"noticeBarInfo":{"noticeMsgType":1,"title":"Alice","content":"hello"},"pushTimeInfo":{"offLine":1,"validTime":1}}"#;
    const SUPPER: &str = r#"{"noticeBarInfo":{"noticeMsgType":1,"title":"王小明","content":"晚上一起吃饭吗？😀"},"clickTypeInfo":{"clickType":0,"parameters":{"conv":"c-1001"}},"pushTimeInfo":{"offLine":1,"validTime":24},"extra":{"callback":"https://push.example.com/cb/meizu","callback.param":"m-42","callback.type":3}}"#;

    fn form(fields: &[(&'static str, &str)]) -> Form {
        Form::of(fields.iter().map(|(name, value)| ((*name).into(), (*value).to_owned().into())).collect())
    }

    #[test]
    fn signatures_of_the_sheet_are_good_and_any_other_is_not() {
        let two = format!("{ONE},{TWO}");
        let vectors: [(&[(&str, &str)], &str); 5] = [
            (&[("pushIds", ONE), ("messageJson", HELLO)], "682084757c775ad7a23b3db15d56dd68"),
            (&[("alias", "u_1001,u_1002"), ("messageJson", HELLO)], "661453a5b5d7bab0b3107893daf59596"),
            (&[("pushType", "0"), ("messageJson", HELLO)], "c31e522a3ab083831e2f46a65f7f3207"),
            (&[("taskId", "20457"), ("pushIds", ONE)], "df44975d5cf349166f464c8758e8366f"),
            (&[("pushIds", &two), ("messageJson", SUPPER)], "4bd9acde8ee2cd084a65d64ad6edf880"),
        ];
        for (fields, sign) in vectors {
            let signed = |sign| form(&[fields, &[("sign", sign), ("appId", "199001")]].concat());
            assert!(signed(sign).is_signed_with(SECRET), "{sign}");
            assert!(!signed(sign).is_signed_with("another"));
            assert!(!signed(&sign.to_ascii_uppercase()).is_signed_with(SECRET));
            let more = form(&[fields, &[("sign", sign), ("appId", "199001"), ("more", "")]].concat());
            assert!(!more.is_signed_with(SECRET), "every field that is sent is signed");
        }
        assert!(!form(&[("appId", "199001")]).is_signed_with(SECRET));
    }

    #[test]
    fn a_list_is_repeated_or_joined_by_commas() {
        let form =
            form(&[("pushIds", "a,b,"), ("pushIds", " c"), ("appId", "1"), ("appId", "2"), ("tags", ",")]);
        assert_eq!(form.list("pushIds"), ["a", "b", "c"]);
        assert_eq!(form.get("appId"), Some("1"));
        assert!(form.list("tags").is_empty());
    }
}
