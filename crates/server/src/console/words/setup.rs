//! The words of webhooks, API keys and the App's policy: each in both languages beside one another.

use super::word_table;

word_table! {
    /// Every text about what an App is set to, in one language.
    SetupWords as setup_words;
    said_saved: "Saved, effective at once.", "已保存，立即生效。";
    shown_once: "Copy it now: it is kept where nobody can read it, and shown only this once.", "请立即复制：仅此一次显示，之后无法再查看。";
    sure: "Yes, delete it", "确认删除";
    delete: "Delete", "删除";
    made_at: "Created", "创建时间";
    // Webhooks.
    webhooks: "Webhooks", "回调";
    webhooks_lead: "Where the App's backend is told what happened: signed, in order, repeated until it is taken or a day is over.", "把事件通知到应用后端：带签名、按顺序，直到对方接收或超过一天为止。";
    add_webhook: "Add a webhook", "新建回调";
    edit_webhook: "Webhook {}", "回调 {}";
    webhook_url: "Address", "地址";
    webhook_url_hint: "https, reachable from this server", "https 地址，且本服务器可访问";
    events: "Events", "通知事件";
    save: "Save", "保存";
    add: "Add", "新建";
    edit: "Edit", "修改";
    pause: "Pause", "暂停";
    resume: "Resume", "恢复";
    running: "on", "正常";
    paused: "paused", "已暂停";
    not_taken: "not taking events", "未能接收";
    waiting: "Waiting", "待通知";
    waiting_oldest: "oldest", "最早";
    waiting_tries: "{} tries", "已尝试 {} 次";
    waiting_next: "next try", "下次尝试";
    last_answer: "Last answer", "最近应答";
    no_answer_yet: "none since the server started", "服务启动以来没有";
    not_heard: "not reached", "无法送达";
    webhook_secret: "Signing secret of", "签名密钥：";
    webhook_secret_how: "Checks the header Posthouse-Signature.", "用于校验 Posthouse-Signature 请求头。";
    delete_webhook_how: "It is told nothing more, and {} waiting events go with it.", "将不再通知，{} 条待通知事件一并丢弃。";
    no_webhooks: "No webhooks yet", "还没有回调";
    no_webhooks_how: "Add one, and the App's backend hears of messages, sessions, deliveries and tokens as they change.", "新建后，应用后端即可收到消息、会话、投递和 token 的变化。";
    webhooks_full: "The App has 16 webhooks already; delete one first.", "该应用已有 16 个回调，请先删除一个。";
    event_before_send: "Before sending", "发送前";
    event_before_send_how: "Asked before a message is stored, and may refuse it", "消息入库前询问，可拒绝";
    event_message: "Messages", "消息";
    event_message_how: "A message was stored", "消息已入库";
    event_recall: "Recalls", "撤回";
    event_recall_how: "A message was taken back", "消息被撤回";
    event_session: "Sessions", "登录会话";
    event_session_how: "A login opened, moved or ended", "会话建立、变化或结束";
    event_delivery: "Deliveries", "投递";
    event_delivery_how: "A push ended, arrived, was shown or clicked", "推送结束、到达、展示或点击";
    event_token: "Tokens", "厂商 token";
    event_token_how: "A vendor token was bound, replaced or cleared", "token 绑定、更换或清除";
    event_fault: "choose at least one", "请至少选择一项";
    url_not_an_address: "must be an https address of at most 2048 bytes", "须为 https 地址，最多 2048 字节";
    url_has_user: "must not hold a user name or password", "不能包含用户名或密码";
    url_not_secure: "must begin with https://", "须以 https:// 开头";
    url_inside: "must not lie inside the network of this server", "不能指向本服务器所在的内网";
    said_paused: "The webhook is paused.", "回调已暂停。";
    said_resumed: "The webhook is told of events again.", "回调已恢复。";
    said_deleted: "Deleted.", "已删除。";
    // API keys.
    keys: "API keys", "API Key";
    keys_lead: "What backends of this App call the REST API with.", "应用后端调用 REST API 所用的密钥。";
    key_name: "Name", "名称";
    key_name_hint: "For people: who uses it, and where", "便于识别，例如使用方和用途";
    scopes: "Permissions", "权限";
    scope_send: "send", "发送";
    scope_send_how: "Send messages and pushes", "发送消息和推送";
    scope_read: "read", "读取";
    scope_read_how: "Read everything but secrets, message text included", "读取除密钥外的全部数据，含消息正文";
    scope_manage: "manage", "管理";
    scope_manage_how: "Change users, certificates and settings, and make links into the console", "修改用户、证书和设置，并可生成控制台链接";
    scope_instance: "instance", "实例";
    last_used: "Last used", "最近使用";
    never: "never", "从未";
    make_key: "Create an API key", "创建 API Key";
    make: "Create", "创建";
    key_made: "Key {}", "API Key {}";
    revoke: "Revoke", "吊销";
    sure_revoke: "Yes, revoke it", "确认吊销";
    revoke_how: "Calls with it are refused at once.", "使用该 Key 的调用会立即被拒绝。";
    keys_for_owners: "Only owners make and revoke keys: one that may manage reaches as far as an owner does.", "仅所有者可以创建和吊销：具有管理权限的 Key 等同于所有者。";
    no_keys: "No API keys", "还没有 API Key";
    no_keys_how: "Make one, so that the App's backend can send.", "创建后，应用后端即可发送推送。";
    keys_full: "The App has 100 keys already; revoke some first.", "该应用已有 100 个 Key，请先吊销一部分。";
    key_name_fault: "must have 1 to 64 characters", "须为 1 至 64 个字符";
    scope_fault: "choose at least one", "请至少选择一项";
    said_revoked: "The key is revoked.", "Key 已吊销。";
    // Policy.
    policy: "App policy", "应用策略";
    policy_lead: "What the rules are set to for this App. Numbers are those of the rule table in docs/rules.md; explain shows the same.", "本应用的规则设置。编号对应 docs/rules.md 规则表，推送排查页使用同样的编号。";
    save_policy: "Save policy", "保存策略";
    policy_outdated: "Nothing was saved: the policy was changed since this page was opened. Your entries are still below; saving again replaces that change.", "未保存：打开本页之后，策略已被改动。你填写的内容仍保留在下方，再次保存会覆盖那次改动。";
    policy_faulty: "Nothing was saved: see the marked fields.", "未保存，请查看标出的字段。";
    by_default: "Default: {}", "默认：{}";
    rules: "Rules: {}", "相关规则：{}";
    no_limit: "no limit", "不限";
    days: "{} days", "{} 天";
    days_unit: "days", "天";
    choice_fault: "choose one", "请选择一项";
    section_who: "Who is pushed", "是否推送";
    section_which_certificate: "Through which certificate", "证书选择";
    section_kept: "What is kept", "数据保留";
    section_text: "Which text", "推送文案";
    presence: "Where devices log in", "登录状态";
    presence_how: "Whether a user's login decides about pushes.", "是否依据登录会话决定推送。";
    presence_tracked: "Here", "在本服务登录";
    presence_tracked_how: "Who is online gets the frame, who has logged out gets no push.", "在线用户走长连接，已退出的用户不推送。";
    presence_none: "Elsewhere", "不在本服务登录";
    presence_none_how: "The App has an IM server of its own: a push goes to every device bound to the user.", "应用自有 IM：推送发给该用户绑定的全部设备。";
    without_settings: "Messages without push settings", "未携带离线推送信息的消息";
    without_settings_how: "Whether a message pushes though its sender said nothing about it.", "发送方未携带离线推送信息时是否推送。";
    without_settings_yes: "Push", "推送";
    without_settings_yes_how: "With the default title and the message's own text.", "使用默认标题和消息正文。";
    without_settings_no: "Do not push", "不推送";
    without_settings_no_how: "Only messages that carry push settings reach a phone that is offline.", "仅携带离线推送信息的消息会触发推送。";
    background_android: "In background on Android", "Android 后台";
    background_ios: "In background on iOS", "iOS 后台";
    background_harmony: "In background on HarmonyOS", "HarmonyOS 后台";
    background_web: "In background in browsers and on computers", "浏览器与电脑后台";
    background_how: "What an app gets that is connected, but not on screen.", "App 保持连接但不在前台时如何处理。";
    background_push: "Frame and push together", "同时推送";
    background_push_how: "The phone's own service shows it, whatever the system does to the app.", "由系统通道展示，不受系统限制后台的影响。";
    background_wait: "Push on loss", "断连才推";
    background_wait_how: "The app raises the notification; a push follows a missed acknowledgement or a lost connection.", "由 App 自行弹出通知；超时未确认或断连后才推送。";
    login: "Devices of a user", "多端登录";
    login_how: "How many of a user's devices may be logged in at once; others are kicked by a new login.", "同一用户可同时登录的设备数，新登录会踢掉其他设备。";
    login_one: "One", "单设备";
    login_one_how: "A login kicks every other device.", "新登录踢掉其他全部设备。";
    login_class: "One of each kind", "每类一台";
    login_class_how: "One phone, one computer, one browser.", "手机、电脑、浏览器各一台。";
    login_many: "Any number", "不限";
    login_many_how: "Nobody is kicked.", "不踢任何设备。";
    stale: "Devices not heard of", "长期离线的设备";
    stale_how: "A device that was silent for longer gets no push until it logs in again. Empty: no limit.", "超过该天数未活跃的设备不再推送，重新登录后恢复。留空表示不限。";
    fcm: "FCM beside a maker's service", "FCM 与厂商通道";
    fcm_how: "Which certificate a device is offered first, where it could use both.", "设备同时支持两者时，优先使用哪个证书。";
    fcm_last: "Last", "最后";
    fcm_last_how: "The maker's service first.", "优先使用厂商通道。";
    fcm_first: "First", "优先";
    fcm_first_how: "The maker's service where FCM is missing.", "没有 FCM 时才用厂商通道。";
    fcm_exclusive: "Exclusive", "独占";
    fcm_exclusive_how: "Nothing else, where the App has an FCM certificate.", "配置了 FCM 证书时只用 FCM。";
    retention: "Retention", "保留天数";
    retention_how: "Messages, deliveries and what explains them are kept so long. A smaller number takes away what is older, within minutes.", "消息、投递及诊断数据的保留时间。调小后，更早的数据会在几分钟内清除。";
    default_title: "Default title", "默认标题";
    default_title_how: "The title of a push whose sender gave none.", "发送方未给出标题时使用。";
    content_free: "Text in pushes", "推送内容";
    content_free_how: "Whether vendors may see what was written.", "厂商是否能看到消息内容。";
    content_free_no: "As sent", "按发送内容";
    content_free_no_how: "The sender's text, as far as the user lets details be shown.", "显示发送方文案，受用户详情设置约束。";
    content_free_yes: "Templates only", "仅模板";
    content_free_yes_how: "Title and text are the App's own; nothing that was written leaves for a vendor.", "标题和文案均为应用模板，消息内容不会发给厂商。";
    templates: "Templates", "文案模板";
    templates_how: "Texts for messages that have none of their own, by type (message, system, push, call, recall, hidden, or a custom body's kind) and language. What is not here has a built-in text. Empty a row to remove it.", "没有自带文案的消息所用的文案，按类型（message、system、push、call、recall、hidden 或自定义消息的 kind）和语言匹配；未配置时使用内置文案。清空一行即可删除。";
    template_kind: "Type", "类型";
    template_language: "Language", "语言";
    template_text: "Text", "文案";
}

impl SetupWords {
    /// What was done, by its word in an address; empty for one that is none.
    pub(crate) fn said(&self, word: &str) -> &'static str {
        match word {
            "saved" => self.said_saved,
            "paused" => self.said_paused,
            "resumed" => self.said_resumed,
            "deleted" => self.said_deleted,
            "revoked" => self.said_revoked,
            _ => "",
        }
    }
}
