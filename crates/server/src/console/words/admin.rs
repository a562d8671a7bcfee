//! The words of signing in, accounts, operators and the audit log: each in both languages beside one another.

use model::ConsoleRole;

use super::word_table;

word_table! {
    /// Every text about who may come in, in one language.
    AdminWords as admin_words;
    // Navigation.
    group_watch: "Watch", "监控";
    group_find: "Find", "排查";
    group_set_up: "Set up", "配置";
    group_administer: "Administer", "管理";
    menu: "Menu", "菜单";
    operators: "Operators", "成员";
    audit: "Audit log", "操作日志";
    account: "Your account", "我的账号";
    // Roles.
    role_label: "Role", "角色";
    role_viewer: "Viewer", "观察者";
    role_operator: "Operator", "运维";
    role_owner: "Owner", "所有者";
    viewer_how: "Looks at everything but message text, and changes nothing.", "可查看各页面，但看不到消息正文，也不能修改。";
    operator_how: "Also changes settings, sends test pushes and reads message text.", "还可以修改配置、发送测试推送、查看消息正文。";
    owner_how: "Also decides who else may come in.", "还可以管理成员。";
    no_role: "No role", "无角色";
    whole_instance: "Whole instance", "整个实例";
    needs_operator: "Your role may look here, but not change anything.", "你的角色只能查看，不能修改。";
    text_hidden: "Text hidden from your role", "你的角色无权查看正文";
    forbidden: "Your role does not reach here", "当前角色无权访问";
    forbidden_how: "This needs the role “{}”. Ask an owner to change yours.", "此操作需要“{}”角色，请联系所有者调整。";
    // Signing in.
    sign_in_name: "Sign-in name", "登录名";
    password: "Password", "密码";
    wrong: "Name or password is wrong.", "登录名或密码不正确。";
    try_later: "Too many tries. Try again after {}.", "尝试次数过多，请在 {} 之后再试。";
    no_operators: "Nobody has an account here yet", "还没有任何账号";
    no_operators_how: "Open the link that the server printed when it started: it makes you the owner. A restart prints a new one.", "请打开服务启动时打印的链接，即可成为所有者；重启服务会打印新的链接。";
    other_way: "No password at hand?", "没有密码？";
    other_way_how: "On the server, this command prints a link that signs in once, within 15 minutes:", "在服务器上运行以下命令，会打印一个 15 分钟内有效的一次性登录链接：";
    // Setting a password.
    welcome_owner: "Become the owner", "设置所有者账号";
    welcome_owner_how: "This account may do everything, also invite others. There is no default password: choose your own.", "该账号拥有全部权限，并可邀请其他成员。系统没有默认密码，请自行设置。";
    welcome_invited: "Choose your password", "设置密码";
    welcome_invited_how: "You were invited to the console. Sign in with this name from now on:", "你已被邀请使用控制台，今后请用此登录名登录：";
    link_useless: "This link does not work any more", "链接已失效";
    link_useless_first: "It was used, is too old, or there is an owner already. Sign in, or restart the server for a new one.", "链接已被使用、已过期，或所有者已存在。请直接登录，或重启服务获取新链接。";
    link_useless_invited: "It was used, replaced or is too old. Ask an owner for a new one.", "链接已被使用、被替换或已过期，请联系所有者重新生成。";
    go_to_sign_in: "To the sign-in", "去登录";
    sign_in_name_hint: "No blanks, at most 64 bytes. Capitals and small letters are the same.", "不能含空格，最多 64 字节，不区分大小写。";
    display_name: "Display name", "显示名称";
    password_hint: "At least {} characters. Length is the only rule: a few words make a good password.", "至少 {} 个字符。只要求长度，几个词连在一起就是好密码。";
    password_again: "Password again", "再次输入密码";
    password_short: "must have at least 12 characters", "至少需要 12 个字符";
    password_long: "must have at most 256 characters", "不能超过 256 个字符";
    password_differs: "the two are not the same", "两次输入不一致";
    name_fault: "must have 1 to 64 bytes and no blanks", "长度须为 1 至 64 字节，且不能含空格";
    name_taken: "somebody has this name already", "该登录名已被占用";
    display_name_fault: "must have 1 to 64 characters", "长度须为 1 至 64 个字符";
    make_owner: "Create account and sign in", "创建账号并登录";
    save_password: "Save and sign in", "保存并登录";
    // Operators.
    operators_lead: "Who may sign in to this console, and what each may do where.", "谁可以登录控制台，以及各自在哪些应用中拥有什么权限。";
    roles: "Roles", "角色";
    state: "State", "状态";
    last_sign_in: "Last sign-in", "最近登录";
    never: "never", "从未";
    you: "you", "你";
    change: "Change", "修改";
    state_on: "active", "正常";
    state_off: "switched off", "已停用";
    state_invited: "invited", "已邀请";
    state_invitation_over: "invitation expired", "邀请已过期";
    state_no_role: "no role", "无角色";
    no_operators_yet: "No operators yet", "还没有成员";
    no_operators_yet_how: "Invite the first one: an owner of the whole instance, so that nobody needs one-time links any more.", "请先邀请一位整个实例的所有者，之后就不再需要一次性链接登录了。";
    invite: "Invite an operator", "邀请成员";
    place: "Where", "范围";
    make_link: "Create invitation link", "生成邀请链接";
    link_for: "Link for {}", "{} 的链接";
    link_how: "Hand it over on a way that nobody else reads. It sets a password once, and is shown only now.", "请通过私密渠道转交。链接只能用来设置一次密码，且仅在此显示一次。";
    works_until: "Works until", "有效期至";
    save: "Save", "保存";
    switched_off: "Switched off: cannot sign in, and every sign-in ends at once", "停用：不能登录，已有登录立即失效";
    reset: "New password", "重设密码";
    reset_how: "Makes a link to choose a new password. The old one works until the link is used; then every sign-in ends. Switch the account off where that is too late.", "生成一个设置新密码的链接。链接使用前旧密码仍然有效，使用后所有登录失效。如需立即阻止登录，请先停用账号。";
    reset_button: "Create link", "生成链接";
    self_how: "Your own role is for another owner to change. Name and password stand under Your account.", "你自己的角色只能由其他所有者修改，名称和密码请在“我的账号”中修改。";
    not_yours_how: "This operator has roles beyond the Apps you own; only an owner of all of them may change it.", "该成员在你管辖范围之外还有角色，只有全部范围的所有者才能修改。";
    last_owner: "Nothing was changed: the instance would be left without anybody who owns it.", "未做修改：否则整个实例将没有可用的所有者。";
    // Account.
    account_lead: "Your name, your password, and where you are signed in.", "你的名称、密码和登录会话。";
    account_link: "You are here by a one-time link", "你是通过一次性链接登录的";
    account_link_how: "There is no account behind it. An owner can invite you as an operator; until then every visit needs a new link.", "没有对应的账号。所有者可以邀请你成为成员；在此之前，每次访问都需要新的链接。";
    change_password: "Change password", "修改密码";
    old_password: "Old password", "旧密码";
    new_password: "New password", "新密码";
    old_password_wrong: "this is not your password", "旧密码不正确";
    change_password_how: "Ends your other sign-ins.", "其他登录会话会同时结束。";
    said_password: "Your password is changed, and your other sign-ins have ended.", "密码已修改，其他登录会话已结束。";
    said_sessions: "Ended.", "已结束。";
    said_saved: "Saved.", "已保存。";
    sessions: "Sign-ins", "登录会话";
    this_session: "this one", "当前";
    since: "Since", "登录时间";
    ends: "Ends", "到期时间";
    browser: "Browser", "浏览器";
    address: "Address", "IP 地址";
    unknown: "unknown", "未知";
    end: "End", "结束";
    end_others: "End all others", "结束其他全部会话";
    // Audit log.
    audit_lead: "Every change that was made here, in the order it happened. Secrets and message text are never in it.", "按时间记录每一次修改，不包含密钥和消息正文。";
    when: "When", "时间";
    who: "Who", "操作者";
    what: "What", "操作";
    through: "Through", "途径";
    object: "Object", "对象";
    detail: "Detail", "详情";
    from_day: "From", "开始日期";
    until_day: "To", "结束日期";
    any: "any", "全部";
    filter: "Filter", "筛选";
    clear: "Clear", "清除";
    days_in_utc: "Days in UTC", "日期按 UTC 计算";
    through_console: "console", "控制台";
    through_api: "API key", "API Key";
    one_time_link: "one-time link", "一次性链接";
    of_instance: "instance", "实例";
    no_entries: "Nothing recorded yet", "暂无记录";
    no_entries_how: "Changes appear here as they are made.", "有修改时会显示在这里。";
    no_matches: "No entry matches", "没有符合条件的记录";
    no_matches_how: "Ask for less, or clear the filter.", "请放宽或清除筛选条件。";
    newest: "Newest", "最新";
    older: "Older", "更早";
    pages_of_list: "Pages", "翻页";
}

impl AdminWords {
    /// What a role is called.
    pub(crate) const fn role(&self, role: ConsoleRole) -> &'static str {
        match role {
            ConsoleRole::Viewer => self.role_viewer,
            ConsoleRole::Operator => self.role_operator,
            ConsoleRole::Owner => self.role_owner,
        }
    }
}
