//! Which service the phones of each brand get, by the App's rank of FCM. Pure: the rules' own ranking is shown.

use model::{Certificate, DeviceReport, FcmRank, Platform, Timestamp, Vendor};

use crate::console::{told::vendor_title, words::Lang};

/// The card beside the list.
pub(super) struct RankingView {
    pub(super) choices: Vec<RankChoice>,
    pub(super) brands: Vec<BrandRank>,
    pub(super) has_fcm: bool,
}

/// One of the three ranks.
pub(super) struct RankChoice {
    pub(super) value: &'static str,
    pub(super) label: &'static str,
    pub(super) how: &'static str,
    pub(super) chosen: bool,
}

/// What phones of some brands get.
pub(super) struct BrandRank {
    pub(super) brands: String,
    /// Best first.
    pub(super) services: Vec<Service>,
}

/// A certificate that such a phone could use.
pub(super) struct Service {
    pub(super) place: usize,
    pub(super) vendor: String,
    pub(super) certificate: String,
}

const RANKS: [(FcmRank, &str); 3] =
    [(FcmRank::Last, "last"), (FcmRank::First, "first"), (FcmRank::Exclusive, "exclusive")];

/// The rank of a word.
pub(super) fn rank_of(word: &str) -> Option<FcmRank> {
    RANKS.into_iter().find_map(|(rank, known)| (known == word).then_some(rank))
}

/// The word of a rank.
pub(super) fn word_of(rank: FcmRank) -> &'static str {
    RANKS.into_iter().find_map(|(known, word)| (known == rank).then_some(word)).unwrap_or_default()
}

impl RankingView {
    pub(super) fn of(lang: Lang, certificates: &[Certificate], fcm: FcmRank, now: Timestamp) -> Self {
        let choice = |(rank, value): (FcmRank, &'static str)| {
            let (label, how) = lang.papers_words().rank(rank);
            RankChoice { value, label, how, chosen: rank == fcm }
        };
        let android = Vendor::ALL.into_iter().filter(|vendor| vendor.facts().platform == Platform::Android);
        Self {
            choices: RANKS.into_iter().map(choice).collect(),
            brands: android
                .filter_map(|vendor| brand_rank(lang, certificates, fcm, now, vendor.facts().brands))
                .collect(),
            has_fcm: certificates.iter().any(|certificate| certificate.vendor == Vendor::Fcm),
        }
    }
}

fn brand_rank(
    lang: Lang,
    certificates: &[Certificate],
    fcm: FcmRank,
    now: Timestamp,
    brands: &[&str],
) -> Option<BrandRank> {
    let report = DeviceReport {
        brand: (*brands.first()?).to_owned(),
        platform: Platform::Android,
        ..DeviceReport::default()
    };
    let ranked = rules::rank_certificates(certificates, &report, fcm, now);
    let service = |(index, certificate): (usize, &&Certificate)| Service {
        place: index + 1,
        vendor: vendor_title(lang, Some(certificate.vendor)),
        certificate: certificate.name.to_string(),
    };
    Some(BrandRank {
        brands: brands.iter().map(|brand| spelled(lang, brand)).collect::<Vec<_>>().join(" · "),
        services: ranked.iter().enumerate().map(service).collect(),
    })
}

/// What brands are called in Chinese, where they are.
const BRANDS_ZH: [(&str, &str); 7] = [
    ("xiaomi", "小米"),
    ("huawei", "华为"),
    ("honor", "荣耀"),
    ("meizu", "魅族"),
    ("oneplus", "一加"),
    ("samsung", "三星"),
    ("sony", "索尼"),
];

/// As the brand spells itself.
fn spelled(lang: Lang, brand: &str) -> String {
    let chinese = BRANDS_ZH.iter().find(|(known, _)| lang == Lang::Zh && *known == brand);
    if let Some((_, name)) = chinese {
        return (*name).to_owned();
    }
    match brand {
        "oppo" | "poco" => brand.to_uppercase(),
        "vivo" | "realme" => brand.to_owned(),
        "iqoo" => "iQOO".to_owned(),
        "oneplus" => "OnePlus".to_owned(),
        other => {
            let mut letters = other.chars();
            letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
        }
    }
}
