//! Apple's two environments (row J6).

use model::Environment;
use simulator::NewPhone;

use crate::{
    apns::{BODY, DEVELOPMENT, PRODUCTION, ask, identity, request, token_of},
    support::{PACKAGE, START, TEAM, World},
};

#[tokio::test]
async fn j6_a_token_of_a_build_is_unknown_to_the_other_environment() {
    let world = World::start().await;
    let jwt = token_of(&world.running.sample_p8(TEAM, &[PACKAGE]).unwrap(), START);
    for (environment, own, other) in [
        (Environment::Development, DEVELOPMENT, PRODUCTION),
        (Environment::Production, PRODUCTION, DEVELOPMENT),
    ] {
        let new = NewPhone {
            name: format!("iphone-{environment}"),
            brand: "apple".to_owned(),
            app: Some(PACKAGE.to_owned()),
            environment: Some(environment),
        };
        let phone = world.running.world().create_phone(new).unwrap();
        let device = phone.register_token().unwrap();
        let refused = ask(&mut world.http2(other, None).await, request(&device, &jwt, &[]), BODY).await;
        assert_eq!(refused, (400, "BadDeviceToken".to_owned()), "{environment}");
        assert!(phone.shade().is_empty());
        let taken = ask(&mut world.http2(own, None).await, request(&device, &jwt, &[]), BODY).await;
        assert_eq!((taken.0, phone.shade().len()), (200, 1), "{environment}");
    }
}

#[tokio::test]
async fn j6_c10_a_certificate_serves_the_environments_it_was_made_for() {
    let world = World::start().await;
    let (_, device) = world.phone("iphone-16", "apple");
    let later = START.plus_ms(86_400_000);
    let plain = [("authorization", "")];
    let production_only = identity(&world, &[Environment::Production], later);
    let mut http2 = world.http2(DEVELOPMENT, Some(production_only)).await;
    let refused = ask(&mut http2, request(&device, "", &plain), BODY).await;
    assert_eq!(refused, (403, "BadCertificateEnvironment".to_owned()));
    let merged = [Environment::Development, Environment::Production];
    let mut http2 = world.http2(DEVELOPMENT, Some(identity(&world, &merged, later))).await;
    assert_eq!(ask(&mut http2, request(&device, "", &plain), BODY).await.0, 200);
}
