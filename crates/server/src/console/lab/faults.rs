//! What the simulated vendors do wrong, by switch. Pure.

use model::Vendor;
use serde_json::{Value, json};

use super::simulator::Host;
use crate::console::{
    told::vendor_title,
    words::{LabWords, Lang},
};

/// So many requests as never come.
const FOREVER: u32 = u32::MAX;
/// How slow a slow vendor is, in milliseconds.
const SLOW_MS: u32 = 3_000;

/// One thing that a vendor does wrong until it is switched off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    /// Its daily amount is used up.
    Quota,
    /// Pushes come too fast.
    Throttle,
    /// Every request is answered with 503.
    Outage,
    /// Requests are taken and never answered.
    Silence,
    /// Every answer takes seconds.
    Slow,
    /// What is asked is done, and the answer is lost.
    LostAnswer,
}

impl Fault {
    pub(super) const ALL: [Self; 6] =
        [Self::Quota, Self::Throttle, Self::Outage, Self::Silence, Self::Slow, Self::LostAnswer];

    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Quota => "quota",
            Self::Throttle => "throttle",
            Self::Outage => "outage",
            Self::Silence => "silence",
            Self::Slow => "slow",
            Self::LostAnswer => "lost-answer",
        }
    }

    pub(super) fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|fault| fault.word() == word)
    }

    const fn label(self, words: &LabWords) -> &'static str {
        match self {
            Self::Quota => words.fault_quota,
            Self::Throttle => words.fault_throttle,
            Self::Outage => words.fault_outage,
            Self::Silence => words.fault_silence,
            Self::Slow => words.fault_slow,
            Self::LostAnswer => words.fault_lost_answer,
        }
    }

    /// Its field in the simulator's plan, and what the field holds while it is on.
    fn field(self) -> (&'static str, Value) {
        match self {
            Self::Quota => ("quota_used_up", json!(true)),
            Self::Throttle => ("throttle", json!(true)),
            Self::Outage => ("fail", json!({ "times": FOREVER, "code": "http:503" })),
            Self::Silence => ("black_hole", json!(true)),
            Self::Slow => ("latency_ms", json!(SLOW_MS)),
            Self::LostAnswer => ("lose_answer", json!(FOREVER)),
        }
    }

    /// Whether a plan has it on, with this or another amount.
    fn is_on(self, plan: &Value) -> bool {
        match &plan[self.field().0] {
            Value::Null => false,
            Value::Bool(on) => *on,
            Value::Number(number) => number.as_u64() != Some(0),
            _ => true,
        }
    }

    /// The plan with it switched.
    pub(super) fn switched(self, plan: &Value, on: bool) -> Value {
        let (field, value) = self.field();
        let mut plan = if plan.is_object() { plan.clone() } else { json!({}) };
        if let Some(fields) = plan.as_object_mut() {
            if on {
                fields.insert(field.to_owned(), value);
            } else {
                fields.remove(field);
            }
        }
        plan
    }

    /// Whether it means anything to a vendor.
    fn is_of(self, vendor: Vendor) -> bool {
        self != Self::Quota || !vendors::adapter(vendor).daily().kinds.is_empty()
    }
}

/// The switches of all vendors.
pub(super) struct FaultsView {
    pub(super) rows: Vec<FaultRow>,
    /// How many are on.
    pub(super) on: usize,
}

/// A vendor's switches.
pub(super) struct FaultRow {
    pub(super) vendor: Vendor,
    pub(super) title: String,
    pub(super) switches: Vec<FaultSwitch>,
}

/// A switch.
pub(super) struct FaultSwitch {
    pub(super) word: &'static str,
    pub(super) label: &'static str,
    pub(super) on: bool,
}

impl FaultsView {
    /// The switches of the vendors whose hosts there are, in the order of the vendors.
    pub(super) fn of(lang: Lang, hosts: &[Host]) -> Self {
        let words = lang.lab_words();
        let row = |vendor: Vendor| {
            let plan = plan_of(hosts, vendor)?;
            let fitting = Fault::ALL.into_iter().filter(|fault| fault.is_of(vendor));
            let switch = |fault: Fault| FaultSwitch {
                word: fault.word(),
                label: fault.label(words),
                on: fault.is_on(plan),
            };
            let title = vendor_title(lang, Some(vendor));
            Some(FaultRow { vendor, title, switches: fitting.map(switch).collect() })
        };
        let rows: Vec<FaultRow> = Vendor::ALL.into_iter().filter_map(row).collect();
        let on = rows.iter().flat_map(|row| &row.switches).filter(|switch| switch.on).count();
        Self { rows, on }
    }
}

/// What a vendor does wrong: all its hosts are switched together, so one of them stands for all.
pub(super) fn plan_of(hosts: &[Host], vendor: Vendor) -> Option<&Value> {
    hosts.iter().find(|host| host.vendor == vendor).map(|host| &host.faults)
}

#[cfg(test)]
mod tests {
    use model::Vendor;
    use serde_json::json;

    use super::{Fault, FaultsView, Host};
    use crate::console::words::Lang;

    #[test]
    fn a_switch_changes_its_own_field_and_is_seen_to_be_on() {
        for fault in Fault::ALL {
            let quiet = json!({ "retry_after_s": 3 });
            let on = fault.switched(&quiet, true);
            assert!(fault.is_on(&on) && !fault.is_on(&quiet), "{fault:?}");
            assert_eq!(on["retry_after_s"], 3, "what else is set stays");
            assert_eq!(fault.switched(&on, false), quiet);
            assert_eq!(Fault::from_word(fault.word()), Some(fault));
        }
    }

    #[test]
    fn a_vendor_without_a_daily_amount_has_no_switch_for_it() {
        let host = |vendor| Host { vendor, faults: json!({ "throttle": true }) };
        let view = FaultsView::of(Lang::En, &[host(Vendor::Apns), host(Vendor::Vivo)]);
        let words: Vec<usize> = view.rows.iter().map(|row| row.switches.len()).collect();
        assert_eq!((words, view.on), (vec![5, 6], 2));
    }
}
