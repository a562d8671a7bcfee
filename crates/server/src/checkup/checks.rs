//! The looks, one function each.

use model::{
    BindingLoss, BindingState, CertificateState, DeliveryState, Environment, Permission, Platform,
    PresencePolicy, SessionState, Timestamp, Vendor,
};
use rules::rank_certificates;

use super::{Seen, Subject};
use crate::explain::{explained, explained_attempt, tail};

/// After the app was closed it takes the vendors up to a minute to notice (row J3), in milliseconds.
const SETTLED_MS: i64 = 60_000;
/// Pushes closer together than this count as rapid, in milliseconds.
const RAPID_MS: i64 = 60_000;
/// So many pushes in that time may lose one to the vendor's own limits (row J4).
const RAPID_MANY: usize = 5;
/// The form fields in which a certificate names the app it is for.
const NAMES_APP: [&str; 2] = ["package_name", "topic"];
/// The form field of the everyday notification channel.
const CHANNEL: &str = "channel_id";

/// The certificate is right (row J3).
pub(super) fn certificate(subject: &Subject<'_>) -> Option<Seen> {
    let Some(binding) = subject.binding() else { return Some(certificate_to_come(subject)) };
    let Some(certificate) = subject.certificate() else {
        let id = binding.certificate;
        return Some(
            Seen::fail(format!("Certificate {id} is not there any more."), format!("证书 {id} 已不存在。"))
                .fix(
                    "Let the app report its token for another certificate.",
                    "请让应用用其他证书重新上报 token。",
                ),
        );
    };
    let (id, name) = (certificate.id, &certificate.name);
    Some(match certificate.state(subject.now, None) {
        CertificateState::Disabled => Seen::fail(
            format!("Certificate {id} {name} is switched off."),
            format!("证书 {id} {name} 已停用。"),
        )
        .fix("Switch it on under Certificates.", "请在“推送证书”中启用。"),
        CertificateState::Expired => {
            Seen::fail(format!("Certificate {id} {name} has expired."), format!("证书 {id} {name} 已过期。"))
                .fix("Save a new one under Certificates.", "请在“推送证书”中更新。")
        }
        _ => Seen::pass(
            format!("Certificate {id} {name} is active, for {}.", certificate.vendor.facts().title_en),
            format!("证书 {id} {name}（{}）可用。", certificate.vendor.facts().title_zh),
        ),
    })
}

/// There is no token yet: whether there is a certificate that one could be reported for.
fn certificate_to_come(subject: &Subject<'_>) -> Seen {
    let report = subject.report();
    let usable = rank_certificates(subject.certificates, report, subject.policy.fcm, subject.now);
    match usable.first() {
        Some(best) => Seen::pass(
            format!("Certificate {} {} fits this device.", best.id, best.name),
            format!("证书 {} {} 适用于该设备。", best.id, best.name),
        ),
        None if report.brand.is_empty() => Seen::unknown(
            "The device did not report its brand, so no certificate can be chosen for it.",
            "设备未上报品牌，无法判断应使用哪个证书。",
        )
        .fix("Report brand and platform at login.", "请在登录时上报品牌与系统类型。"),
        None => Seen::fail(
            format!("The App has no usable certificate for a {} device.", report.brand),
            format!("应用没有适用于 {} 设备的证书。", report.brand),
        )
        .fix("Add the vendor's certificate, then log in again.", "请添加该厂商的推送证书，然后重新登录。"),
    }
}

/// The certificate is for the app that runs on the device.
pub(super) fn package(subject: &Subject<'_>) -> Option<Seen> {
    let certificate = subject.certificate()?;
    let wanted = NAMES_APP.iter().find_map(|field| certificate.form.get(field))?;
    let own = &subject.report().package;
    Some(if own.is_empty() {
        Seen::unknown(
            format!("The certificate is for {wanted}; the device did not report its package."),
            format!("证书对应 {wanted}，设备未上报包名。"),
        )
    } else if own == wanted {
        Seen::pass(
            format!("App and certificate are both {wanted}."),
            format!("应用与证书一致，均为 {wanted}。"),
        )
    } else {
        Seen::fail(
            format!("The app is {own}, the certificate is for {wanted}."),
            format!("应用包名为 {own}，证书对应 {wanted}。"),
        )
        .fix(
            "Enter the main package's name in the certificate, or install the app that it is for.",
            "请在证书中填写主包名，或安装与证书对应的应用。",
        )
    })
}

/// The app was built for the certificate's environment (row J6).
pub(super) fn environment(subject: &Subject<'_>) -> Option<Seen> {
    let certificate = subject.certificate()?;
    let own = certificate.environment?;
    let words = |environment| match environment {
        Environment::Development => ("development", "开发环境"),
        Environment::Production => ("production", "生产环境"),
    };
    let (own_en, own_zh) = words(own);
    Some(match subject.report().apns_environment {
        None => Seen::unknown(
            format!("The certificate is for {own_en}; the device did not report what its app was built for."),
            format!("证书为{own_zh}，设备未上报构建环境。"),
        )
        .fix(
            "Builds from Xcode are development, TestFlight and the App Store production.",
            "Xcode 直接安装的是开发环境，TestFlight 与 App Store 是生产环境。",
        ),
        Some(built) if built != own => {
            let (built_en, built_zh) = words(built);
            Seen::fail(
                format!("The app was built for {built_en}, the certificate is for {own_en}."),
                format!("应用为{built_zh}构建，证书为{own_zh}。"),
            )
            .fix(
                "Use the certificate of the same environment: each has an ID of its own.",
                "请使用相同环境的证书：两个环境的证书 ID 不同。",
            )
        }
        Some(Environment::Development) => Seen::pass(
            "App and certificate are both for development; Apple fails to give a token there now and then.",
            "应用与证书均为开发环境；该环境偶尔申请不到 token。",
        ),
        Some(Environment::Production) => {
            Seen::pass("App and certificate are both for production.", "应用与证书均为生产环境。")
        }
    })
}

/// The vendor gave the app a token (row J3).
pub(super) fn registration(subject: &Subject<'_>) -> Option<Seen> {
    let error = &subject.report().registration_error;
    if !error.is_empty() {
        let (en, zh) = fix_for(REGISTRATION_FIXES, subject.vendor());
        return Some(
            Seen::fail(format!("The vendor's SDK said: {error}"), format!("厂商 SDK 返回：{error}"))
                .fix(en, zh),
        );
    }
    Some(match subject.binding() {
        Some(binding) => {
            let tail = tail(&binding.token);
            Seen::pass(format!("The vendor gave a token, {tail}."), format!("厂商已返回 token（{tail}）。"))
        }
        None => {
            let (en, zh) = fix_for(REGISTRATION_FIXES, subject.vendor());
            Seen::unknown(
                "The device reports neither a token nor an error of the vendor's SDK.",
                "设备既未上报 token，也未上报厂商 SDK 的错误。",
            )
            .fix(en, zh)
        }
    })
}

/// What to do where the vendor gave no token, for some vendors' phones; the last for any other.
#[rustfmt::skip]
const REGISTRATION_FIXES: &[(&[Vendor], &str, &str)] = &[
    (&[Vendor::Apns],
        "Allow notifications, add the Push Notifications capability, and use a real phone: a simulator gets no token.",
        "请允许通知权限、添加 Push Notifications 能力，并使用真机：模拟器没有 token。"),
    (&[Vendor::Webpush],
        "Let the user allow notifications, and subscribe with the certificate's public VAPID key.",
        "请让用户允许通知，并使用证书中的 VAPID 公钥订阅。"),
    (&[],
        "Compare AppID, AppKey and package with the vendor's console, and check that push is enabled there and the SDK is registered at start.",
        "请核对厂商后台的 AppID、AppKey 与包名，确认已开通推送，且应用启动时已注册厂商 SDK。"),
];

/// Where notifications are allowed, on some vendors' phones; the last on any other.
#[rustfmt::skip]
const NOTIFICATION_FIXES: &[(&[Vendor], &str, &str)] = &[
    (&[Vendor::Oppo],
        "OPPO installs apps with notifications off: switch them on under Settings › Notifications.",
        "OPPO 安装应用后通知默认关闭，请在“设置 › 通知”中打开。"),
    (&[Vendor::Huawei, Vendor::Harmony],
        "Settings › Notifications: allow them, not silent, also on the lock screen and in the status bar.",
        "请在“设置 › 通知”中允许通知、关闭静默通知，并打开锁屏通知与状态栏显示。"),
    (&[Vendor::Apns],
        "Settings › Notifications › the app: Allow Notifications.",
        "请在“设置 › 通知”中找到该应用并打开“允许通知”。"),
    (&[Vendor::Webpush],
        "Allow notifications for the site in the browser, and for the browser in the system.",
        "请在浏览器中允许该网站通知，并在系统中允许浏览器通知。"),
    (&[],
        "Settings › Notifications › the app: allow them, also on the lock screen.",
        "请在“设置 › 通知”中找到该应用，允许通知与锁屏通知。"),
];

fn fix_for(
    fixes: &[(&[Vendor], &'static str, &'static str)],
    vendor: Option<Vendor>,
) -> (&'static str, &'static str) {
    let fits = |vendors: &[Vendor]| vendors.is_empty() || vendor.is_some_and(|own| vendors.contains(&own));
    let found = fixes.iter().find(|(vendors, ..)| fits(vendors));
    found.map_or(("", ""), |(_, en, zh)| (en, zh))
}

/// The token reached the server, and stands (row J3: information reported).
pub(super) fn token(subject: &Subject<'_>) -> Option<Seen> {
    if let Some(binding) = subject.binding() {
        let (en, zh) = age(subject.now, binding.registered_at);
        return Some(Seen::pass(
            format!("Reported {en} for certificate {}.", binding.certificate),
            format!("{zh}上报，证书 {}。", binding.certificate),
        ));
    }
    let loss = subject.record.bindings.iter().find_map(|state| match state {
        BindingState::Lost(loss) => Some(*loss),
        BindingState::Bound(_) => None,
    });
    Some(match loss.unwrap_or(BindingLoss::NeverBound) {
        BindingLoss::NeverBound => Seen::fail("No token was ever reported.", "从未上报过 token。").fix(
            "Report the token after the login, with the certificate's ID.",
            "请在登录成功后携带证书 ID 上报 token。",
        ),
        BindingLoss::TokenDead => Seen::fail("The vendor called the token dead.", "厂商判定 token 已失效。")
            .fix(
                "Open the app once: it registers again and reports the new token.",
                "请打开一次应用，重新注册并上报新 token。",
            ),
        BindingLoss::LoggedOut => Seen::fail("The token was given up at the logout.", "登出时已解绑 token。")
            .fix("Log in again.", "请重新登录。"),
        BindingLoss::Unbound => {
            Seen::fail("The token was unbound by the app or its backend.", "token 已被应用或其后台解绑。")
                .fix("Report the token again.", "请重新上报 token。")
        }
        BindingLoss::TakenOver => Seen::fail(
            "Another device or user reported the same token.",
            "另一设备或用户上报了相同的 token。",
        )
        .fix(
            "Two installations share one token: reinstall the app on one of them.",
            "两处安装共用同一个 token，请在其中一台上重新安装应用。",
        ),
        BindingLoss::Unregistered => Seen::fail("The Push ID was unregistered.", "Push ID 已注销。")
            .fix("Register the device again.", "请重新注册设备。"),
    })
}

/// Somebody is logged in on it (row J8).
pub(super) fn login(subject: &Subject<'_>) -> Option<Seen> {
    let Some(session) = &subject.record.session else {
        let needs_none = subject.policy.presence == PresencePolicy::None;
        return Some(if needs_none {
            Seen::pass("This App's devices do not log in here.", "该应用的设备无需在此登录。")
        } else {
            Seen::unknown(
                "Nobody ever logged in on it: only a push to its Push ID or token reaches it.",
                "该设备从未登录，只能通过 Push ID 或 token 推送。",
            )
        });
    };
    let (en, zh) = age(subject.now, session.since);
    let user = &session.user;
    Some(match session.state {
        SessionState::LoggedOut => {
            Seen::fail(format!("{user} logged out {en}."), format!("{zh}，{user} 已登出。"))
                .fix("Log in again: after a logout no push is sent.", "请重新登录：登出后不再推送。")
        }
        SessionState::Kicked => {
            Seen::fail(format!("{user} was taken offline {en}."), format!("{zh}，{user} 被踢下线。")).fix(
                "Log in again; another login of the user may have ended this one.",
                "请重新登录；可能是该用户在其他设备登录所致。",
            )
        }
        SessionState::OnlineForeground => Seen::pass(
            format!("{user} is connected; the app came on screen {en}."),
            format!("{user} 在线；{zh}应用进入前台。"),
        ),
        SessionState::OnlineBackground => Seen::pass(
            format!("{user} is connected; the app went to the background {en}."),
            format!("{user} 在线；{zh}应用退到后台。"),
        ),
        SessionState::Disconnected => Seen::pass(
            format!("{user} is logged in; the connection was lost {en}."),
            format!("{user} 已登录；{zh}连接断开。"),
        ),
    })
}

/// Its pushes are switched on.
pub(super) fn push_switch(subject: &Subject<'_>) -> Option<Seen> {
    let device = &subject.record.device;
    Some(match (device.unregistered_at, device.push_off_at) {
        (Some(at), _) => {
            let (en, zh) = age(subject.now, at);
            Seen::fail(format!("The Push ID was unregistered {en}."), format!("{zh}注销了 Push ID。"))
                .fix("Register the device again.", "请重新注册设备。")
        }
        (None, Some(at)) => {
            let (en, zh) = age(subject.now, at);
            Seen::fail(format!("Pushes were switched off {en}."), format!("{zh}关闭了推送。"))
                .fix("Switch them on in the app, or by the API.", "请在应用中或通过 API 打开推送。")
        }
        (None, None) => Seen::pass("Pushes are switched on.", "推送已开启。"),
    })
}

/// The system shows the app's notifications (row J5).
pub(super) fn notifications(subject: &Subject<'_>) -> Option<Seen> {
    Some(match subject.report().notifications {
        Permission::Allowed => {
            Seen::pass("The system shows the app's notifications.", "系统允许该应用显示通知。")
        }
        Permission::Off => {
            let (en, zh) = fix_for(NOTIFICATION_FIXES, subject.vendor());
            Seen::fail(
                "The app's notifications are off in the system's settings.",
                "系统设置中已关闭该应用的通知。",
            )
            .fix(en, zh)
        }
        Permission::Unknown => {
            let (en, zh) = fix_for(NOTIFICATION_FIXES, subject.vendor());
            Seen::unknown("The device did not report it.", "设备未上报。").fix(en, zh)
        }
    })
}

/// The app is closed, and has been for a minute: only then the vendor's own way is seen at work (row J3).
pub(super) fn app_state(subject: &Subject<'_>) -> Option<Seen> {
    let session = subject.record.session.as_ref().filter(|session| session.state.is_logged_in())?;
    let lasted_ms = subject.now.since_ms(session.since);
    let (en, zh) = age(subject.now, session.since);
    Some(match session.state {
        SessionState::OnlineForeground => Seen::unknown(
            "The app is on screen: a message goes there directly.",
            "应用在前台，消息会直接送达。",
        )
        .fix("Close the app, wait a minute, then send.", "请关闭应用，等待一分钟后再发送。"),
        SessionState::OnlineBackground => {
            Seen::unknown("The app runs in the background and is connected.", "应用在后台运行且保持连接。")
                .fix("Close the app, wait a minute, then send.", "请关闭应用，等待一分钟后再发送。")
        }
        _ if lasted_ms < SETTLED_MS => {
            Seen::unknown(format!("The app was closed {en}."), format!("{zh}应用退出。"))
                .fix("Wait until a minute is over.", "请等待满一分钟。")
        }
        _ => Seen::pass(format!("The connection ended {en}."), format!("{zh}连接断开。")),
    })
}

/// The channel that the certificate names is there on the device (row J1).
pub(super) fn channel(subject: &Subject<'_>) -> Option<Seen> {
    if subject.report().platform != Platform::Android {
        return None;
    }
    let certificate = subject.certificate()?;
    let known = &subject.report().channels;
    let named = certificate.form.get(CHANNEL).filter(|named| !named.is_empty());
    let Some(named) = named else {
        return (certificate.vendor == Vendor::Oppo).then(|| {
            Seen::unknown("The certificate names no ChannelID.", "证书未填写 ChannelID。").fix(
                "From Android 8 on OPPO shows nothing without a channel that app and push platform both know.",
                "Android 8 及以上，OPPO 需要应用与推送平台都已创建的通知渠道才会显示。",
            )
        });
    };
    Some(if known.iter().any(|one| one == named) {
        Seen::pass(format!("The app has made the channel {named}."), format!("应用已创建渠道 {named}。"))
    } else if known.is_empty() {
        Seen::unknown(
            format!("The certificate names {named}; the device did not report its channels."),
            format!("证书使用渠道 {named}，设备未上报已有渠道。"),
        )
    } else {
        Seen::fail(
            format!("The certificate names {named}; the app has {}.", known.join(", ")),
            format!("证书使用渠道 {named}，应用中只有 {}。", known.join("、")),
        )
        .fix(
            "Make the channel in the app with the same ID, and in the vendor's console where it asks for that.",
            "请在应用中用相同 ID 创建渠道；厂商后台要求时也需创建。",
        )
    })
}

/// Pushes do not come faster than vendors show them (row J4).
pub(super) fn pace(subject: &Subject<'_>) -> Option<Seen> {
    let is_limited = |verdict: &str| verdict == "limited";
    let last = subject.recent.iter().flat_map(|delivery| delivery.attempts.last()).next();
    if last.is_some_and(|attempt| is_limited(&attempt.verdict)) {
        return Some(
            Seen::fail(
                "The vendor said that pushes come too fast, or that the day's amount is used up.",
                "厂商返回推送过快，或当日配额已用完。",
            )
            .fix(
                "See Lanes for what is left today, and the vendor's console for its limits.",
                "请在“发送队列”查看今日余量，并在厂商后台核对限额。",
            ),
        );
    }
    let since = subject.now.plus_ms(-RAPID_MS);
    let rapid = subject.recent.iter().filter(|delivery| delivery.decided_at >= since).count();
    Some(if rapid >= RAPID_MANY {
        Seen::unknown(
            format!(
                "{rapid} pushes within a minute: that one of them is missing is the vendor's usual limit."
            ),
            format!("一分钟内推送了 {rapid} 条：偶尔少一条属于厂商频控的正常现象。"),
        )
        .fix("Send one, and wait.", "请只发送一条，然后等待。")
    } else {
        Seen::pass(
            format!("{rapid} in the last minute, and none was held back."),
            format!("最近一分钟 {rapid} 条，均未被限制。"),
        )
    })
}

/// What became of the newest push (row J1: whether what stands behind works).
pub(super) fn last_push(subject: &Subject<'_>) -> Option<Seen> {
    let Some(last) = subject.recent.first() else {
        return Some(
            Seen::unknown("Nothing was pushed to it yet.", "尚未向该设备推送过。")
                .fix("Send a test push.", "请发送一条测试推送。"),
        );
    };
    let (en, zh) = age(subject.now, last.decided_at);
    let reason = explained(last.reason);
    let vendor = last.certificate.and_then(|id| subject.certificates.iter().find(|known| known.id == id));
    let said =
        last.attempts.last().map(|attempt| explained_attempt(attempt, vendor.map(|found| found.vendor)));
    let confirmed = last.marks.arrived_at.or(last.marks.shown_at).or(last.marks.clicked_at).is_some();
    Some(match last.state {
        DeliveryState::Accepted if confirmed => Seen::pass(
            format!("Accepted by the vendor {en}, and arrived."),
            format!("{zh}已被厂商受理并确认到达。"),
        ),
        DeliveryState::Accepted => Seen::pass(
            format!("Accepted by the vendor {en}; arrival is not confirmed."),
            format!("{zh}已被厂商受理，尚未确认到达。"),
        ),
        DeliveryState::Queued => {
            Seen::unknown(format!("Queued {en}, not answered yet."), format!("{zh}进入队列，尚无应答。"))
        }
        DeliveryState::Skipped => Seen::unknown(
            format!("Not pushed {en}: {}", reason.words.en),
            format!("{zh}未推送：{}", reason.words.zh),
        )
        .fix(reason.hint_en, reason.hint_zh),
        DeliveryState::Rejected | DeliveryState::Dropped => {
            let code = said.as_ref().map(|said| said.code.clone()).filter(|code| !code.is_empty());
            let (code_en, code_zh) =
                code.map(|code| (format!(" ({code})"), format!("（{code}）"))).unwrap_or_default();
            let todo = said.and_then(|said| said.todo);
            let (fix_en, fix_zh) = todo.map_or((reason.hint_en, reason.hint_zh), |todo| (todo.en, todo.zh));
            Seen::fail(
                format!("Ended {en}{code_en}: {}", reason.words.en),
                format!("{zh}终止{code_zh}：{}", reason.words.zh),
            )
            .fix(fix_en, fix_zh)
        }
    })
}

/// How long ago something was, in both languages.
fn age(now: Timestamp, at: Timestamp) -> (String, String) {
    let seconds = now.since_ms(at).max(0) / 1000;
    let (many, en, zh) = match seconds {
        0..=1 => return ("just now".to_owned(), "刚刚".to_owned()),
        2..=119 => (seconds, "seconds", "秒"),
        120..=7199 => (seconds / 60, "minutes", "分钟"),
        7200..=172_799 => (seconds / 3600, "hours", "小时"),
        _ => (seconds / 86_400, "days", "天"),
    };
    (format!("{many} {en} ago"), format!("{many} {zh}前"))
}
