//! What nobody can see from a server: hints for the phone and for the vendor's own console (rows J4, J5, J7 and the
//! vendors' classes). Pure.

use model::Vendor;

use crate::console::words::Lang;

/// A hint in both languages; for one vendor's phones, or for all.
type Tip = (&'static [Vendor], &'static str, &'static str);

/// In the order in which to try.
#[rustfmt::skip]
const TIPS: &[Tip] = &[
    (&[Vendor::Xiaomi], "HyperOS: allow autostart and set the battery saver to no restrictions; Settings › Notifications: allow the lock screen and banners.",
        "澎湃 OS：允许自启动，省电策略设为“无限制”；在“设置 › 通知”中允许锁屏与悬浮通知。"),
    (&[Vendor::Xiaomi], "Push channels are made in Xiaomi's console; without a private one a phone gets a single push a day.",
        "推送渠道在小米后台申请，未申请私信渠道时每台设备每天只能收到一条。"),
    (&[Vendor::Huawei], "EMUI: App launch › manage manually; Settings › Notifications: lock screen, status bar icon, sound, and not silent.",
        "EMUI：在“应用启动管理”中改为手动管理；在“设置 › 通知”中打开锁屏、状态栏图标、铃声，关闭静默通知。"),
    (&[Vendor::Huawei, Vendor::Harmony, Vendor::Honor], "Without the right of self-classification the vendor may re-class a message as marketing: silent, and few a day.",
        "未申请自分类权益时，厂商可能将消息归为资讯营销类：静默展示，且每日条数有限。"),
    (&[Vendor::Harmony], "HarmonyOS NEXT: the app must have asked the user for notifications, and the push service must be enabled in AppGallery Connect.",
        "鸿蒙：应用须已请求通知授权，并在 AppGallery Connect 开通推送服务。"),
    (&[Vendor::Honor], "MagicOS: App launch › manage manually; allow notifications on the lock screen.",
        "MagicOS：在“应用启动管理”中改为手动管理，并允许锁屏通知。"),
    (&[Vendor::Oppo], "ColorOS: notifications are off after the installation; allow them, with lock screen and banner, and allow autostart.",
        "ColorOS：安装后通知默认关闭，请打开通知、锁屏与横幅，并允许自启动。"),
    (&[Vendor::Oppo], "The ChannelID must be there in the app and in OPPO's console; public messages have a daily amount, private ones need approval.",
        "ChannelID 须同时在应用与 OPPO 后台创建；公信消息有每日限额，私信需要申请。"),
    (&[Vendor::Vivo], "OriginOS: allow notifications, and background power use for the app.",
        "OriginOS：允许通知，并允许应用后台高耗电。"),
    (&[Vendor::Vivo], "Before the app is in the store only test devices named in vivo's console get pushes; vivo may correct “system” to “operation”.",
        "应用上架前只能推送给 vivo 后台登记的测试设备；系统消息可能被智能分类改为运营消息。"),
    (&[Vendor::Meizu], "Flyme: allow notifications and background running; the number of pushes a day is limited.",
        "Flyme：允许通知与后台运行；每日推送条数有限。"),
    (&[Vendor::Fcm], "The phone needs Google's services, and a network from which Google can be reached; “force stop” ends pushes until the app is opened.",
        "手机需有谷歌服务且网络可访问谷歌；“强行停止”后直到再次打开应用前都收不到推送。"),
    (&[Vendor::Apns], "Try with a SIM card on 4G instead of Wi-Fi; reinstall the app; restart the phone.",
        "插入 SIM 卡改用 4G 网络、卸载重装应用、重启手机后再试。"),
    (&[Vendor::Apns], "Development tokens fail now and then: try a production build, or another iPhone. A simulator has no token.",
        "开发环境偶尔申请不到 token：请改用生产环境包，或更换 iPhone；模拟器没有 token。"),
    (&[Vendor::Apns], "Settings › Focus and Scheduled Summary hold notifications back.",
        "“专注模式”与“定时推送摘要”会推迟通知。"),
    (&[Vendor::Webpush], "The browser must run; the system's own do-not-disturb hides its notifications.",
        "浏览器须在运行；系统勿扰模式会隐藏其通知。"),
    (&[Vendor::Xiaomi, Vendor::Huawei, Vendor::Honor, Vendor::Oppo, Vendor::Vivo, Vendor::Meizu, Vendor::Fcm],
        "Try with a SIM card on 4G, reinstall the app, restart the phone, try another phone of the same brand.",
        "插入 SIM 卡改用 4G 网络、卸载重装应用、重启手机，或更换同品牌手机再试。"),
    (&[], "Some vendors drop very short or plain texts: test with a sentence.",
        "部分厂商会过滤过于简单的字符，请用完整句子测试。"),
];

/// The hints for a vendor's phones; those for all where the vendor is not known.
pub(super) fn of(lang: Lang, vendor: Option<Vendor>) -> Vec<&'static str> {
    let concerns =
        |(vendors, ..): &&Tip| vendors.is_empty() || vendor.is_some_and(|vendor| vendors.contains(&vendor));
    TIPS.iter().filter(concerns).map(|(_, en, zh)| lang.pick(en, zh)).collect()
}

#[cfg(test)]
mod tests {
    use model::Vendor;

    use super::of;
    use crate::console::words::Lang;

    #[test]
    fn j5_j7_every_vendor_has_hints_of_its_own() {
        for vendor in Vendor::ALL {
            for lang in Lang::ALL {
                assert!(of(lang, Some(vendor)).len() > of(lang, None).len(), "{vendor}");
            }
        }
        assert!(of(Lang::En, Some(Vendor::Oppo))[0].contains("off after the installation"));
    }
}
