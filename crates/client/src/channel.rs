//! The roads by which this device can be pushed to, best first: certificates, vendor tokens, what the server was told.

use std::{collections::BTreeMap, fmt};

use model::{BindingKind, CertificateId, Vendor};
use serde::{Deserialize, Serialize};
use wire::Recommended;

use crate::{Config, ShippedCertificate};

/// A vendor token that the server has confirmed.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reported {
    /// The certificate it is bound to.
    pub certificate: CertificateId,
    /// The vendor token.
    pub token: String,
}

impl fmt::Debug for Reported {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Reported(certificate {})", self.certificate)
    }
}

/// One vendor that this device may be pushed to through.
#[derive(Clone)]
pub(crate) struct Candidate {
    pub(crate) vendor: Vendor,
    certificates: BTreeMap<BindingKind, CertificateId>,
    /// What the vendor gave; never empty.
    tokens: BTreeMap<BindingKind, String>,
}

impl Candidate {
    fn of(vendor: Vendor, certificate: CertificateId, shipped: Option<&ShippedCertificate>) -> Self {
        let mut certificates = BTreeMap::from([(BindingKind::Alert, certificate)]);
        if let Some(own) = shipped.filter(|own| own.voip) {
            certificates.insert(BindingKind::Voip, own.voip_id.unwrap_or(certificate));
        }
        Self { vendor, certificates, tokens: BTreeMap::new() }
    }

    /// The certificate of its notifications.
    pub(crate) fn certificate(&self) -> Option<CertificateId> {
        self.certificates.get(&BindingKind::Alert).copied()
    }

    /// What is still to be asked of the vendor.
    pub(crate) fn missing(&self) -> impl Iterator<Item = (BindingKind, CertificateId)> {
        let lacks = |kind: &BindingKind| !self.tokens.contains_key(kind);
        self.certificates.iter().filter(move |(kind, _)| lacks(kind)).map(|(kind, id)| (*kind, *id))
    }
}

/// All roads of one login, and what this process has handed to the server.
#[derive(Default)]
pub(crate) struct Channel {
    pub(crate) candidates: Vec<Candidate>,
    handed: BTreeMap<BindingKind, Reported>,
}

impl Channel {
    /// Takes the roads of a login; tokens that came by the same road before are kept.
    pub(crate) fn open(
        &mut self,
        recommended: &[Recommended],
        config: &Config,
        chosen: &BTreeMap<Vendor, CertificateId>,
    ) {
        let before = std::mem::take(&mut self.candidates);
        self.candidates = candidates(recommended, config, chosen);
        for candidate in &mut self.candidates {
            let same = |old: &&Candidate| {
                (old.vendor, &old.certificates) == (candidate.vendor, &candidate.certificates)
            };
            if let Some(old) = before.iter().find(same) {
                candidate.tokens.clone_from(&old.tokens);
            }
        }
    }

    /// Notes a token; `false`: nobody asked for one of this vendor.
    pub(crate) fn note_token(&mut self, vendor: Vendor, kind: BindingKind, token: String) -> bool {
        let asked = |candidate: &&mut Candidate| {
            candidate.vendor == vendor && candidate.certificates.contains_key(&kind)
        };
        let candidate = self.candidates.iter_mut().find(asked);
        candidate.map(|candidate| candidate.tokens.insert(kind, token)).is_some()
    }

    pub(crate) fn has_token(&self, kind: BindingKind) -> bool {
        self.candidates.iter().any(|candidate| candidate.tokens.contains_key(&kind))
    }

    /// The best-ranked token among those that came, where this process has not handed it to the server yet: only so
    /// does a server that has lost it hear of it. Once.
    pub(crate) fn take_unreported(&mut self, kind: BindingKind) -> Option<Reported> {
        let best = self.candidates.iter().find_map(|candidate| {
            let (certificate, token) = (candidate.certificates.get(&kind)?, candidate.tokens.get(&kind)?);
            Some(Reported { certificate: *certificate, token: token.clone() })
        })?;
        if self.handed.get(&kind) == Some(&best) {
            return None;
        }
        self.handed.insert(kind, best.clone());
        Some(best)
    }

    /// The server did not take it: the next connection tries again.
    pub(crate) fn note_refused(&mut self, kind: BindingKind) {
        self.handed.remove(&kind);
    }

    pub(crate) fn vendor_of(&self, certificate: CertificateId) -> Option<Vendor> {
        let names = |candidate: &&Candidate| candidate.certificates.values().any(|own| *own == certificate);
        self.candidates.iter().find(names).map(|candidate| candidate.vendor)
    }
}

/// What a login's recommendations come to on this phone, best first.
fn candidates(
    recommended: &[Recommended],
    config: &Config,
    chosen: &BTreeMap<Vendor, CertificateId>,
) -> Vec<Candidate> {
    let candidate = |vendor: Vendor, certificate: CertificateId| {
        let shipped = shipped_for(config, vendor);
        let own = chosen.get(&vendor).copied().or_else(|| shipped.and_then(|own| own.id));
        Candidate::of(vendor, own.unwrap_or(certificate), shipped)
    };
    let mut candidates: Vec<Candidate> = Vec::new();
    if config.auto {
        for one in recommended.iter().filter(|one| is_possible(config, one.vendor)) {
            if candidates.iter().all(|better| better.vendor != one.vendor) {
                candidates.push(candidate(one.vendor, one.certificate));
            }
        }
    } else if let Some(first) = recommended.first().filter(|first| is_built_with(config, first.vendor)) {
        candidates.push(candidate(first.vendor, first.certificate));
    }
    if candidates.is_empty() && recommended.is_empty() {
        candidates
            .extend(chosen.iter().take(1).map(|(vendor, certificate)| candidate(*vendor, *certificate)));
    }
    candidates
}

pub(crate) fn shipped_for(config: &Config, vendor: Vendor) -> Option<&ShippedCertificate> {
    config.certificates.iter().find(|own| own.vendor == vendor)
}

fn is_built_with(config: &Config, vendor: Vendor) -> bool {
    config.certificates.is_empty() || shipped_for(config, vendor).is_some()
}

/// The local support check (row D9): the app is built with the vendor, and phones of this brand have its service.
fn is_possible(config: &Config, vendor: Vendor) -> bool {
    let brand = config.report.brand.to_lowercase();
    let stated = shipped_for(config, vendor).map(|own| &own.brands).filter(|brands| !brands.is_empty());
    is_built_with(config, vendor)
        && stated
            .map_or_else(|| vendor.facts().brands.contains(&brand.as_str()), |brands| brands.contains(&brand))
}
