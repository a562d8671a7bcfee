//! The Device Lab with a phone of each vendor: shelf, chats, calls, groups, faults.

use crate::{
    lab::{IPHONE, Lab, MI, X100},
    stage::Stage,
};

#[tokio::test]
async fn ten_phones_write_call_meet_and_suffer_outages() {
    let stage = Stage::with_all_phones("crowd").await;
    let mi = Lab::of(&stage, &MI);
    let x100 = Lab::of(&stage, &X100);
    let iphone = Lab::of(&stage, &IPHONE);
    chat(&mi, &x100).await;
    call(&mi, &iphone).await;
    group(&stage, &mi).await;
    outage(&mi).await;
    stage.close().await;
}

/// A phone taken from the shelf writes to one that is away; the badge counts, a tap opens the message.
async fn chat(mi: &Lab<'_>, x100: &Lab<'_>) {
    mi.choose().await;
    mi.server_sees("online-foreground").await;
    mi.kill().await;
    x100.choose().await;
    x100.server_sees("online-foreground").await;
    x100.page.choose(&x100.own("peer"), "user:bo").await;
    x100.page.fill(&x100.own("say-text"), "von Hand getippt 🖐").await;
    x100.press("say").await;
    x100.page.see_text(&x100.own("inbox"), "von Hand getippt 🖐").await;
    mi.choose().await;
    mi.page.see_text(&format!("{} notification-text", mi.own("shade")), "von Hand getippt 🖐").await;
    mi.page.see_text(&mi.own("badge"), "1").await;
    mi.tap("von Hand getippt 🖐").await;
    mi.is("foreground").await;
    mi.page.see_text(&format!("{} inbox-entry", mi.own("inbox")), "von Hand getippt 🖐").await;
    mi.server_sees("online-foreground").await;
}

/// A call rings at the other end until the caller thinks better of it; another is answered and ended.
async fn call(mi: &Lab<'_>, iphone: &Lab<'_>) {
    let ring = async |end: &Lab<'_>| end.page.see(&end.own("ring")).await;
    mi.page.choose(&mi.own("peer"), "user:ann").await;
    mi.press("call").await;
    ring(mi).await;
    mi.page.see("lab-call").await;
    iphone.choose().await;
    ring(iphone).await;
    mi.choose().await;
    mi.press("cancel-call").await;
    mi.page.see("lab-call.is-over").await;
    iphone.choose().await;
    iphone.page.see_gone(&iphone.own("ring")).await;

    iphone.page.choose(&iphone.own("peer"), "user:bo").await;
    iphone.press("call").await;
    ring(iphone).await;
    mi.choose().await;
    mi.press("accept-call").await;
    mi.page.see(&mi.own("leave-call")).await;
    mi.press("leave-call").await;
    mi.page.see_gone(&mi.own("ring")).await;
}

/// One message reaches everybody: by the connection, or by each vendor.
async fn group(stage: &Stage, mi: &Lab<'_>) {
    let page = &stage.page;
    page.click("all-kill").await;
    for user in ["ann", "bo", "chen", "gu", "he", "lin", "mei", "ou", "wang", "wei"] {
        stage.server_sees(user, "disconnected").await;
    }
    page.click("make-group").await;
    page.see_chosen("send-whom", "group").await;
    page.fill("send-text", "到北门集合").await;
    page.click("send-button").await;
    page.see_text("last-message", "到北门集合").await;
    mi.choose().await;
    page.see_text(&format!("{} notification-text", mi.own("shade")), "到北门集合").await;
    page.click("all-clear-shade").await;
    page.see_gone(&mi.own("shade")).await;
}

/// A push waits while its vendor is out of order, and comes when it is not.
async fn outage(mi: &Lab<'_>) {
    let page = mi.page;
    page.click("faults-title").await;
    page.click("fault-xiaomi-outage").await;
    page.see("faults-on.tone-bad").await;
    page.choose("send-whom", "user").await;
    mi.send("after the outage").await;
    page.see_text("last-message", "after the outage").await;
    page.see_text("stop-note", "http_5xx").await;
    assert!(!mi.is_showing("after the outage").await, "it is shown while the vendor is out of order");
    page.click("fault-xiaomi-outage").await;
    page.see_gone("faults-on.tone-bad").await;
    page.see_text(&format!("{} notification-text", mi.own("shade")), "after the outage").await;
}
