//! Pure decisions: who is pushed and why not, with which text, and what a verdict changes.
//!
//! [`decide`] walks one ordered table over [`Facts`]; the first rule that applies decides. [`replay`] walks the same
//! table and tells what every rule saw. Nothing here reads a clock or a row: facts come in, decisions go out.

mod accept;
mod choice;
mod custom;
mod facts;
mod follow;
mod guard;
mod mend;
mod packed;
mod quiet;
mod quota;
mod reasons;
mod sees;
mod table;
mod wording;

pub use accept::{check_message, check_push, check_resource, check_user_settings};
pub use choice::rank_certificates;
pub use custom::settings_for;
pub use facts::{AckFact, BindingFact, Facts, LoginFact, OtherEndFact};
pub use follow::{
    Course, Follow, LaneAction, Situation, TokenAction, course, follow, give_up, put_off, retry_delay_ms,
};
pub use guard::{before_send, environment_confirmed};
pub use mend::{is_mendable, mendable_reasons};
pub use packed::{FactsError, PACKED_FACTS_MAX_BYTES};
pub use quiet::{is_in_span, is_time_zone};
pub use quota::{Counted, DeviceHash, KindLimits, KindStatus, Learned, Ledger, Pending, Ration};
pub use reasons::{Reason, reason, reasons};
pub use table::{
    Decision, Part, Rule, RuleTrace, Ruling, TABLE_VERSION, TraceResult, decide, replay, rule_table,
};
pub use wording::{BuiltInTemplate, Wording, Words, built_in_templates, replacement_wording, wording};
