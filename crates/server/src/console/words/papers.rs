//! The words of certificates and push resources: each in both languages beside one another.

use model::{Class, FcmRank};
use vendors::{Group, StylePart};

use super::word_table;

word_table! {
    /// Every text about certificates and push resources, in one language.
    PapersWords as papers_words;
    // Sections of a form.
    group_identity: "Identity", "应用信息";
    group_secrets: "Secrets", "密钥";
    group_rights: "Rights", "权限";
    group_classes: "Classes", "消息类别映射";
    group_look: "Look and sound", "展示与铃声";
    group_click: "After a tap", "点击通知后";
    group_receipts: "Receipts", "回执";
    group_limits: "Limits", "限额";
    secrets_lead: "Sealed when stored, and never shown again.", "加密保存，保存后不再显示。";
    rights_lead: "Switch on what the vendor has granted; the findings say what it would do without.", "按厂商实际授予的权限打开；“厂商会怎样处理”会说明没有权限的后果。";
    classes_lead: "Which channel and category of the vendor each class becomes.", "各消息类别对应的厂商通道与分类。";
    look_lead: "What the message says goes before this.", "消息自身的设置优先。";
    receipts_lead: "How the vendor reports what became of a push.", "厂商如何回报推送结果。";
    limits_lead: "What the vendor's console shows for this app.", "以厂商控制台显示的数值为准。";
    class_chat: "Chat", "聊天";
    class_call: "Call", "呼叫";
    class_system: "System notices", "系统通知";
    class_marketing: "Marketing", "营销";
    usual: "{} (usual)", "{}（默认）";
    same_as: "same as {}", "同“{}”";
    at_least: "{} at least", "至少 {}";
    book_says: "{} by the vendor's book", "厂商文档：{}";
    not_given: "given when saved", "保存后生成";
    apns_store: "Builds of the App Store and TestFlight get pushes through a production certificate alone. A merged p12 is saved twice, once for each environment; the two IDs differ.", "App Store 与 TestFlight 版本只能通过生产环境证书收到推送。合并的 p12 证书请按环境各保存一次，两个证书 ID 不同。";
    secret_held: "entered; kept for half an hour until you save", "已填写，保存前保留半小时";
    secret_going: "will be taken away on saving", "保存后将删除";
    form_faulty: "Some fields are wrong, nothing was saved. What you entered is kept.", "部分字段有误，尚未保存；已填写的内容均已保留。";
    review: "Nothing is saved yet. This was read from the file:", "尚未保存。从文件中读取到：";
    review_how: "If that is the right one, save. Otherwise choose another file.", "确认无误后请点击保存，否则请重新选择文件。";
    review_button: "Save and test", "保存并测试";
    no_deletion: "A certificate is never deleted, for its number stands in messages and apps; switch it off instead.", "证书编号会保留在消息与客户端中，因此不能删除；如不再使用请停用。";
    // Click action.
    click_app_how: "at its first page; ext reaches the app", "进入首页，ext 会传给应用";
    click_web_how: "ext does not travel with it", "不会传递 ext";
    click_page_how: "ext reaches the page", "ext 会传给该页面";
    web_address: "Address", "网址";
    web_address_how: "begins with http:// or https://; ext is not passed to a web page", "以 http:// 或 https:// 开头；打开网页时不传递 ext";
    page_way: "Link", "链接";
    page_own: "Your own", "自定义";
    page_plugin: "Client plugin", "客户端插件";
    page_plugin_how: "Made from the package and not to be changed: the plugin in the app listens under this link and hands the tap to your code.", "根据包名自动生成，不可修改：应用内的插件监听该链接，并把点击事件交给你的代码。";
    page_plugin_package: "The link needs the package: fill it in below, then save.", "链接需要包名：请在下方填写后保存。";
    builder: "Build an intent URI", "生成 intent URI";
    builder_how: "Package and Activity, or the scheme, host and path of its intent filter.", "填写包名与 Activity，或 intent-filter 的 scheme、host、path。";
    builder_package: "Package", "包名";
    builder_activity: "Activity", "Activity";
    builder_make: "Fill in", "生成并填入";
    builder_fault: "needs package and Activity, or a scheme; without blanks, # ; and =", "请填写包名与 Activity，或 scheme；不能含空格、#、; 和 =";
    preview: "A tap opens", "点击后打开";
    preview_show: "Look", "预览";
    preview_app: "the app, at its first page", "应用首页";
    preview_web: "{} in the browser; ext stays behind", "浏览器中的 {}，不传递 ext";
    preview_activity: "the page {} of the app", "应用内页面 {}";
    preview_address: "whichever page of the app takes {}", "应用内响应 {} 的页面";
    preview_action: "whichever page of the app takes the action {}", "应用内响应 action {} 的页面";
    preview_any: "whatever the app makes of {}", "由应用处理 {}";
    preview_nothing: "nothing yet: fill in what to open", "尚未填写要打开的内容";
    preview_wrong: "nothing: this is no link that a phone could open", "无法打开：链接格式有误";
    // Beside a certificate.
    needs: "Before pushes arrive", "接入前检查";
    need_must: "must", "必需";
    need_note: "note", "说明";
    need_should: "better", "建议";
    mapping: "What each class becomes", "各类别的实际取值";
    mapping_nothing: "as the vendor does by itself", "按厂商默认处理";
    nothing_found: "Shown as asked: nothing that you would not expect.", "会按要求展示，没有发现问题。";
    snippet: "In the app", "客户端代码";
    snippet_how: "With the values of this certificate; what stands in … is for you to fill.", "已填入本证书的参数，“…”处请自行补充。";
    versions: "Versions", "版本记录";
    version_now: "Version {}", "当前版本 {}";
    version_made: "made", "新建";
    version_changed: "changed", "修改";
    no_versions: "Nobody has changed it in the console or by API since records began.", "尚无通过控制台或 API 修改的记录。";
    // Ranking.
    ranking: "Which service a phone gets", "手机使用哪个推送服务";
    ranking_how: "Where FCM stands for a phone that has its maker's service too. A phone registers with the first.", "手机同时支持厂商通道与 FCM 时的优先顺序，手机使用排在首位的服务注册。";
    rank_last: "FCM last", "FCM 最后";
    rank_last_how: "the maker's service first", "厂商通道优先";
    rank_first: "FCM first", "FCM 优先";
    rank_first_how: "then the maker's service", "其次才是厂商通道";
    rank_exclusive: "FCM only", "仅 FCM";
    rank_exclusive_how: "where there is a certificate for it", "已配置 FCM 证书时";
    rank_none: "no certificate: no push", "无可用证书，不推送";
    rank_saved: "Saved: phones take the new order at their next login.", "已保存，手机下次登录时生效。";
    no_fcm: "There is no FCM certificate, so the order makes no difference yet.", "尚未添加 FCM 证书，该设置暂不影响结果。";
    services: "Services, best first", "推送服务（按优先级）";
    save_order: "Save order", "保存顺序";
    add_certificate: "Add a certificate", "添加推送证书";
    // Push resources.
    resources: "Push resources", "推送资源";
    resources_lead: "Named sets of settings that a message asks for by resource: channel, category, sound and what a tap does, for each vendor.", "消息通过 resource 引用的一组推送设置：各厂商的通道、分类、铃声与点击动作。";
    no_resources: "No push resources yet", "还没有推送资源";
    no_resources_how: "Make one, such as “calls”, and let messages name it instead of carrying every setting themselves.", "例如新建“calls”，消息只需引用它，无需携带各项设置。";
    resource: "Resource ID", "资源 ID";
    resource_how: "1 to 32 bytes; messages name it in push.resource", "1 至 32 字节，消息在 push.resource 中引用";
    resource_fault: "must have 1 to 32 bytes, without control characters", "长度须为 1 至 32 字节，且不能含控制字符";
    resource_taken: "there is one of this name already", "已有同名资源";
    resource_sets: "Sets", "已设置厂商";
    resource_changed: "Changed", "修改时间";
    sets_nothing: "nothing yet: a plain alert", "尚未设置，按普通通知推送";
    make_resource: "Create", "新建";
    new_resource: "New push resource", "新建推送资源";
    order_of_force: "Order: the message's own settings, then the resource, then the certificate.", "优先级：消息自身设置 > 推送资源 > 推送证书。";
    save: "Save", "保存";
    saved: "Saved, effective at once.", "已保存，立即生效。";
    made: "Created. Choose a vendor and say what it sets.", "已新建，请选择厂商并填写设置。";
    deleted: "Deleted. Messages that name it are pushed as plain alerts.", "已删除，引用它的消息将按普通通知推送。";
    clear_vendor: "Clear this vendor", "清空该厂商设置";
    delete: "Delete this resource", "删除该资源";
    delete_how: "Messages that name it are pushed as plain alerts from then on, also those that wait in a queue.", "引用它的消息（包括排队中的）将按普通通知推送。";
    delete_yes: "Yes, delete it", "确认删除";
    as_certificate: "as the certificate says", "按证书设置";
    as_message: "as the message says", "按消息设置";
    style_channel: "Channel", "通道（channel）";
    style_category: "Category", "消息分类（category）";
    style_sound: "Sound", "铃声（sound）";
    style_image: "Picture", "图片（image）";
    style_interruption: "Interruption level", "中断级别（interruption）";
    style_template: "Template", "模板（template）";
    template_id: "Template ID", "模板 ID";
    template_title: "Fills its title", "标题参数";
    template_body: "Fills its text", "正文参数";
    template_how: "one a line: name=value", "每行一个：参数名=值";
    template_fault: "each line must be name=value; at most 32 of them", "每行须为“参数名=值”，最多 32 行";
    template_needs_id: "fill in the template ID too", "请同时填写模板 ID";
    image_fault: "must begin with https://", "必须以 https:// 开头";
    too_long: "must have at most 512 bytes", "不能超过 512 字节";
    unknown_word: "is none of the words to choose from", "不在可选项中";
    presentation: "Shown as", "推送形式";
    presentation_alert: "Notification", "通知";
    presentation_data: "Data for the app, nothing is shown", "透传，不展示通知";
    presentation_voip: "Call for PushKit", "VoIP(PushKit)";
    what_it_sets: "What it sets for {}", "{}的设置";
}

impl PapersWords {
    pub(crate) const fn group(&self, group: Group) -> &'static str {
        match group {
            Group::Identity => self.group_identity,
            Group::Secrets => self.group_secrets,
            Group::Rights => self.group_rights,
            Group::Classes => self.group_classes,
            Group::Look => self.group_look,
            Group::Click => self.group_click,
            Group::Receipts => self.group_receipts,
            Group::Limits => self.group_limits,
        }
    }

    /// One sentence under a section's title; may be empty.
    pub(crate) const fn group_lead(&self, group: Group) -> &'static str {
        match group {
            Group::Secrets => self.secrets_lead,
            Group::Rights => self.rights_lead,
            Group::Classes => self.classes_lead,
            Group::Look => self.look_lead,
            Group::Receipts => self.receipts_lead,
            Group::Limits => self.limits_lead,
            Group::Identity | Group::Click => "",
        }
    }

    pub(crate) const fn class(&self, class: Class) -> &'static str {
        match class {
            Class::Chat => self.class_chat,
            Class::Call => self.class_call,
            Class::System => self.class_system,
            Class::Marketing => self.class_marketing,
        }
    }

    pub(crate) const fn part(&self, part: StylePart) -> &'static str {
        match part {
            StylePart::Channel => self.style_channel,
            StylePart::Category => self.style_category,
            StylePart::Sound => self.style_sound,
            StylePart::Image => self.style_image,
            StylePart::Interruption => self.style_interruption,
            StylePart::Template => self.style_template,
        }
    }

    /// What a rank is called, and what it does.
    pub(crate) const fn rank(&self, rank: FcmRank) -> (&'static str, &'static str) {
        match rank {
            FcmRank::Last => (self.rank_last, self.rank_last_how),
            FcmRank::First => (self.rank_first, self.rank_first_how),
            FcmRank::Exclusive => (self.rank_exclusive, self.rank_exclusive_how),
        }
    }
}
