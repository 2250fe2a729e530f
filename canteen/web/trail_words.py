"""What somebody did, for every page that shows lines of the audit trail: each action in words.

Words stand after a name: 王芳 签结日报, Wang Fang signed the day's sheet.
"""

from collections.abc import Mapping

from canteen.web.i18n import pick

Words = tuple[str, str]

#: what the actions are about → action → its words
GROUPS: Mapping[Words, Mapping[str, Words]] = {
    ("用餐和充值", "Meals and top-ups"): {
        "meal.void": ("撤销一餐", "voided a meal"),
        "food.meal": ("饭已给出，补记一餐", "booked food that had been given"),
        "food.closed": ("饭已给出，不记餐", "let food that had been given go"),
        "top_up.book": ("充值", "took a top-up"),
        "top_up.void": ("撤销充值", "voided a top-up"),
        "pay_out.book": ("退款", "paid money out"),
        "correction.ask": ("提出更正", "asked for a correction"),
        "correction.approve": ("同意更正", "approved a correction"),
        "correction.refuse": ("不同意更正", "refused a correction"),
        "write_off.ask": ("提出核销欠款", "asked to write a debt off"),
        "write_off.approve": ("核销欠款", "wrote a debt off"),
        "write_off.refuse": ("不同意核销", "refused to write a debt off"),
    },
    ("日报", "Day sheets"): {
        "day.cash_counted": ("点现金", "counted the cash"),
        "day.portions_counted": ("点份数", "counted the portions"),
        "day.anomaly_remarked": ("说明一处异常", "explained an anomaly"),
        "day.sign": ("签结日报", "signed the day’s sheet"),
        "day.reopen": ("退回签结，重开这一天", "opened the day again"),
    },
    ("申报和拨款", "Claims and their money"): {
        "claim.draw": ("生成草稿", "drew the draft"),
        "claim.check": ("核对", "checked it"),
        "claim.hold": ("留下不报", "held out"),
        "claim.lift": ("放回", "lifted"),
        "claim.remark": ("写备注", "wrote a remark"),
        "claim.discard": ("作废草稿", "discarded the draft"),
        "claim.submit": ("提交", "submitted it"),
        "claim.withdraw": ("撤回", "withdrew it"),
        "claim.return": ("登记退回", "recorded its return"),
        "claim.approve": ("登记批准", "recorded the approval"),
        "claim.export": ("导出", "exported it"),
        "claim.pay": ("登记到账", "recorded a payment"),
        "claim.unpay": ("冲销到账", "took a payment back"),
        "claim.write_off_ask": ("提出核销差额", "asked to write a difference off"),
        "claim.write_off": ("核销差额", "wrote a difference off"),
        "claim.write_off_refuse": ("不同意核销差额", "refused to write a difference off"),
        "claw_back.ask": ("登记追回", "wrote a demand down"),
        "claw_back.approve": ("同意追回", "agreed to a demand"),
        "claw_back.refuse": ("不同意追回", "refused a demand"),
        "check.answer": ("答复核对发现", "answered what a check found"),
        "check.policy": ("定核对规则的轻重", "set how much a check weighs"),
        "advance.record": ("登记预拨", "recorded an advance"),
        "statement.take": ("导入银行流水", "took a bank statement in"),
        "statement.set_aside": ("把一笔流水放到一边", "set a movement aside"),
        "statement.take_back": ("把放到一边的流水放回", "took a movement back that was set aside"),
        "donation.take": ("收捐款", "took a donation"),
        "donation.reverse": ("冲销捐款", "took a donation back"),
    },
    ("长者", "Elders"): {
        "elder.add": ("登记", "put on the register"),
        "elder.change": ("改资料", "changed what is kept"),
        "elder.unmask": ("看了完整号码", "looked at the full numbers"),
        "elder.outside": (
            "别的社区的人想看，没有给看",
            "somebody of another community tried to look",
        ),
        "elder.gone": ("登记去向", "recorded that she has gone"),
        "elder.merge": ("合并档案", "merged two rows"),
        "elder.merged": ("档案并入另一份", "was merged into another row"),
        "fact.add": ("加一段情况", "added a period"),
        "fact.end": ("结束一段情况", "ended a period"),
        "fact.withdraw": ("撤回一段情况", "withdrew a period"),
        "consent.add": ("登记同意", "recorded consent"),
        "consent.withdraw": ("撤回同意", "withdrew consent"),
        "contact.add": ("加联系人", "added a contact"),
        "contact.withdraw": ("去掉联系人", "took a contact off"),
        "diet.add": ("加忌口", "added a diet"),
        "diet.withdraw": ("去掉忌口", "took a diet off"),
        "move.ask": ("提出转社区", "asked for a move"),
        "move.confirm": ("确认转社区", "confirmed a move"),
        "move.refuse": ("不同意转社区", "refused a move"),
        "enrolment.ask": ("交登记申请", "asked to be put on the register"),
        "enrolment.unmask": ("看了申请里的完整号码", "looked at the full numbers of a request"),
        "enrolment.decide": ("办结登记申请", "decided a request for the register"),
    },
    ("就餐卡", "Cards"): {
        "card.issue": ("发卡", "issued a card"),
        "card.return": ("收回卡", "took a card back"),
        "card.lost": ("报失", "reported a card lost"),
        "card.blocked": ("停卡", "blocked a card"),
        "card.found": ("解挂", "lifted a block"),
        "card.kept": ("扣下挂失卡", "kept a lost card"),
    },
    ("名册和名单", "Rosters and lists"): {
        "roster.send": ("上传名册", "sent a roster"),
        "roster.import": ("写入名册", "wrote a roster into the register"),
        "roster.put_away": ("收起名册", "put a roster away"),
        "list.send": ("上传比对名单", "sent a list to be compared"),
        "list.judge": ("重新比对名单", "compared a list anew"),
        "list.accept": ("采纳名单上的变动", "accepted changes of a list"),
        "list.decline": ("不采纳名单上的变动", "declined changes of a list"),
        "list.close": ("收起名单", "put a list away"),
    },
    ("送餐", "Deliveries"): {
        "delivery.ask": ("要求送餐", "asked for deliveries"),
        "delivery.approve": ("同意送餐", "approved deliveries"),
        "delivery.decline": ("不同意送餐", "declined deliveries"),
        "delivery.end": ("结束送餐", "ended deliveries"),
        "delivery.pause": ("暂停送餐", "paused deliveries"),
        "delivery.resume": ("恢复送餐", "took deliveries up again"),
        "delivery.exception": ("批准送餐例外", "approved an exception for deliveries"),
        "delivery.exception_withdraw": ("撤回送餐例外", "withdrew an exception for deliveries"),
        "door.write": ("写敲门须知", "wrote what to know at the door"),
        "deliveries.sync": ("更新当日送餐单", "brought the day’s list up to date"),
        "deliveries.plan": ("排线路", "planned the rounds"),
        "deliveries.spread": ("把一人的送餐分给别人", "spread a round over the others"),
        "deliveries.print": ("打印送餐单", "printed the rounds"),
        "delivery.assign": ("分派给志愿者", "gave it to a volunteer"),
        "delivery.unassign": ("取消分派", "took it from its volunteer"),
        "delivery.set_place": ("调整先后", "changed its place in the round"),
        "delivery.seen": ("看过缺线路、缺地址的", "saw that it has no round or address"),
        "delivery.go_out": ("出发送餐", "set out"),
        "delivery.step": ("记下没人开门的一步", "wrote down a step when nobody opened"),
        "delivery.again": ("再送一次", "sent it once more"),
        "delivery.decide": ("裁定送没送到", "decided whether it was delivered"),
        "delivery.keep": ("没送成，仍收她那份", "kept her part of a meal not delivered"),
        "delivery.give_back": ("没送成，退回她那份", "gave back her part of a meal not delivered"),
    },
    ("志愿者", "Volunteers"): {
        "volunteer.add": ("登记志愿者", "put a volunteer on the list"),
        "volunteer.change": ("改志愿者资料", "changed what is kept of a volunteer"),
        "volunteer.end": ("志愿者不再服务", "ended a volunteer’s service"),
        "volunteer.absent": ("登记志愿者请假", "recorded a volunteer’s absence"),
        "volunteer.back": ("志愿者销假", "recorded that a volunteer is back"),
        "volunteer.unmask": ("看了志愿者的电话", "looked at a volunteer’s phone"),
        "volunteer.export": ("导出志愿者月报", "exported the volunteers’ month"),
    },
    ("探访", "Welfare checks"): {
        "welfare.open": ("开始一次探访", "opened a welfare check"),
        "welfare.note": ("记探访情况", "wrote down a try"),
        "welfare.close": ("了结探访", "closed a welfare check"),
    },
    ("后厨", "Kitchen"): {
        "menu_set": ("定菜单", "set the menu"),
        "dish_contents_set": ("写菜里有什么", "wrote what a dish holds"),
        "cook_plan_set": ("定做多少份", "set how much is cooked"),
        "sample_taken": ("留样", "took a sample"),
        "sample_discarded": ("处理留样", "discarded a sample"),
        "temperature_read": ("量温度", "read a temperature"),
        "supply.record": ("登记进货", "recorded what came in"),
    },
    ("食堂和补贴办法", "Canteens and schemes"): {
        "setup_applied": ("写入设置文件", "applied a set-up file"),
        "price_set": ("改价格", "set a price"),
        "window_set": ("改供餐时间", "set the hours of a mealtime"),
        "open_weekdays_set": ("改每周开餐日", "set the weekdays it is open"),
        "day_closed": ("登记停餐日", "closed a day"),
        "closed_day_withdrawn": ("撤回停餐日", "took a closed day back"),
        "workdays_entered": ("录入节假日", "entered workdays and holidays"),
        "scheme_added": ("加补贴办法", "added a scheme"),
        "scheme_bound": ("启用补贴办法", "put a scheme into force"),
        "reader_added": ("加读卡器", "added a reader"),
        "reader_revoked": ("停用读卡器", "revoked a reader"),
        "display_link_created": ("生成屏幕链接", "made a screen’s link"),
        "display_link_revoked": ("停用屏幕链接", "revoked a screen’s link"),
    },
    ("账号和链接", "Accounts and links"): {
        "sign_in": ("登录", "signed in"),
        "sign_out": ("退出", "signed out"),
        "sign_in_slowed": ("多次输错，要等一会儿再试", "mistyped so often that it has to wait"),
        "staff_added": ("加账号", "added an account"),
        "staff_disabled": ("停用账号", "shut an account"),
        "password_set": ("设密码", "set a password"),
        "role_granted": ("给角色", "granted a role"),
        "role_revoked": ("收回角色", "revoked a role"),
        "person_link_created": ("生成链接", "made a link"),
        "person_link_changed": ("改链接能看什么", "changed what a link shows"),
        "person_link_revoked": ("停用链接", "revoked a link"),
        "person_link_opened": ("打开链接", "opened a link"),
    },
    ("定时核对和告警", "Nightly checks and alarms"): {
        "books_checked": ("核对账目，平", "checked the books: they add up"),
        "books_do_not_add_up": ("核对账目，不平", "checked the books: they do not add up"),
        "workday_list_missing": ("缺一年的节假日", "a year’s holidays are missing"),
        "alarm.day_unsigned": ("有一天没签结", "a day is not signed"),
        "alarm.no_scheme": ("没有补贴办法", "there is no scheme"),
    },
}
ACTIONS: Mapping[str, Words] = {
    code: words for group in GROUPS.values() for code, words in group.items()
}


def action(code: str) -> str:
    """What was done; of an action that nothing writes any more the code itself."""
    return pick(*ACTIONS.get(code, (code, code)))


def list_choices(chosen: str) -> list[tuple[str, list[tuple[str, str]]]]:
    """(group, [(code, words), …]) of every action, for a choice; `chosen` first if it is none of them."""
    groups = [
        (pick(*name), [(code, pick(*words)) for code, words in group.items()])
        for name, group in GROUPS.items()
    ]
    return groups if chosen in ACTIONS or not chosen else [(chosen, [(chosen, chosen)]), *groups]
