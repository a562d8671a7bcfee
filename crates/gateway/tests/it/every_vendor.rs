//! The same tests at every vendor, each in a module of the vendor's name.

macro_rules! every_vendor {
    (@at $module:ident $vendor:ident $(#[test] fn $test:ident() => $body:ident;)*) => {
        mod $module {
            $(
                #[tokio::test]
                async fn $test() {
                    super::$body(model::Vendor::$vendor).await;
                }
            )*
        }
    };
    ($($tests:tt)*) => {
        every_vendor!(@at xiaomi Xiaomi $($tests)*);
        every_vendor!(@at apns Apns $($tests)*);
        every_vendor!(@at huawei Huawei $($tests)*);
        every_vendor!(@at harmony Harmony $($tests)*);
        every_vendor!(@at honor Honor $($tests)*);
        every_vendor!(@at oppo Oppo $($tests)*);
        every_vendor!(@at vivo Vivo $($tests)*);
        every_vendor!(@at meizu Meizu $($tests)*);
        every_vendor!(@at fcm Fcm $($tests)*);
        every_vendor!(@at webpush Webpush $($tests)*);
    };
}
