//! Push resources.

use std::collections::BTreeMap;

use model::{Presentation, PushResource, ResourceId, Timestamp, Vendor, VendorSettings};

use super::{
    Stage,
    stage::{APP, FOREIGN, START},
};
use crate::{Op, Outcome};

fn resource(id: &str, updated_at: Timestamp) -> PushResource {
    let silent = VendorSettings { presentation: Some(Presentation::Data), ..VendorSettings::default() };
    PushResource {
        app: APP,
        id: ResourceId::new(id).expect("a short id"),
        vendors: BTreeMap::from([(Vendor::Apns, silent)]),
        updated_at,
    }
}

/// Row E8.
pub async fn e8_a_resource_is_put_changed_and_deleted(stage: Stage) {
    for id in ["quiet", "loud"] {
        assert_eq!(stage.commit(Op::PutResource(resource(id, START))).await, Outcome::Done);
    }
    let changed = PushResource { vendors: BTreeMap::new(), ..resource("quiet", stage.now()) };
    stage.commit(Op::PutResource(changed.clone())).await;
    let listed = stage.store().resources(APP).await.expect("reads");
    assert_eq!(listed, [resource("loud", START), changed]);
    assert!(stage.store().resources(FOREIGN).await.expect("reads").is_empty());
    let delete = || Op::DeleteResource { app: APP, id: ResourceId::new("quiet").expect("a short id") };
    assert_eq!(stage.commit(delete()).await, Outcome::Done);
    assert_eq!(stage.commit(delete()).await, Outcome::Missing);
    assert_eq!(stage.store().resources(APP).await.expect("reads"), [resource("loud", START)]);
}
