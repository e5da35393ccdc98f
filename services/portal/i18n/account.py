"""Chinese names for accounts, sessions, hats and what is done with them."""

from __future__ import annotations

from services.portal.i18n.language import N_, Words, said

DOCUMENT_TYPES = Words(
    {
        "resident_id": "居民身份证",
        "passport": "护照",
        "hong_kong_macao_permit": "港澳居民来往内地通行证",
        "taiwan_permit": "台湾居民来往大陆通行证",
        "military_officer_card": "军官证",
    }
)
SEXES = Words({"male": "男", "female": "女"})
FACTORS = Words({"totp": "验证器应用", "passkey": "通行密钥", "recovery_code": "恢复代码", "password": "密码"})
ACCOUNT_STATES = Words({"active": "正常", "held": "待核查", "suspended": "已停用", "erased": "已注销"})
SESSION_OVER = Words(
    {
        "REFRESH_REUSED": (
            "检测到登录凭证被重复使用，为安全起见已结束该次登录，请重新登录。如非本人操作，请尽快修改密码。"
        ),
        "SESSION_ENDED": "该次登录已结束（可能在其他设备退出、更换身份或账号有变动），请重新登录。",
        "SESSION_EXPIRED": "长时间未操作，登录已过期，请重新登录。",
        "SESSION_IDLE": "长时间未操作，登录已过期，请重新登录。",
        "REFRESH_EXPIRED": "长时间未操作，登录已过期，请重新登录。",
        "ACCOUNT_SUSPENDED": "您的账号已停用，登录已结束。如有疑问请联系单位管理员或客服。",
        "HAT_NOT_WEARABLE": "您使用的身份已停用或到期，登录已结束。请重新登录。",
        "NO_HAT": "您没有可用的身份，登录已结束。请联系单位管理员。",
        "TOKEN_EXPIRED": "登录已过期，请重新登录。",
        "BAD_TOKEN": "登录已失效，请重新登录。",
    }
)
"""Why a session ended, by the reason of the refusal."""

ORGANISATION_KINDS = Words({"province": "省", "base": "培训基地", "department": "科室"})
PROPOSAL_KINDS = Words(
    {
        "grant_hat": "授予重要身份",
        "override_binding": "解除 30 天认证限制",
        "acting_write": "代为办理（可写）",
        "release_held": "放行待核查账号",
    }
)
PROPOSAL_STATES = Words({"waiting": "待复核", "approved": "已同意", "refused": "已拒绝", "expired": "已过期"})
TICKET_STATES = Words(
    {
        "waiting": "等待手机扫码",
        "scanned": "手机已扫码，请在手机上确认",
        "refused": "手机上已拒绝，或选错了数字",
        "void": "二维码已失效",
    }
)

DONE = Words(
    {
        "signed_out": "已退出登录",
        "registered": "注册完成，请登录",
        "cancelled": "已取消注册，填写的内容已清除",
        "reset": "密码已重设，请用新密码登录",
        "enrolled": "二次验证已设置",
        "removed": "已移除",
        "password": "密码已修改，其他设备已退出",
        "mobile": "手机号码已修改",
        "bound": "实名认证已完成",
        "unbound": "已解除实名认证",
        "ended": "已退出该设备",
        "others_ended": "已退出其他所有设备",
        "hat_added": "已接受邀请，可选择新身份",
        "invited": "邀请已发送",
        "proposed": "已提交，等待另一人复核",
        "suspended": "已停用，相关登录随即结束",
        "restored": "已恢复",
        "hat_ended": "已终止，相关登录随即结束",
        "moved": "已调动",
        "expiry": "有效期已更改",
        "factor_reset": "二次验证已重置，该人员下次登录时重新设置",
        "unlocked": "已解锁",
        "lock_back": "已提前结束解锁",
        "released": "已放行",
        "refused": "已拒绝",
        "approved": "已同意并执行",
    }
)
"""What was done, said once on the page that follows."""

DESKS = Words(
    {
        "teaching_department": "教学部负责本基地的师资与科室人员。可邀请科室主任和科室教学秘书，管理其身份和有效期。",
        "department_director": "科室主任负责本科室的轮转与师资。",
        "department_secretary": "科室教学秘书负责本科室的名册。",
        "system_administrator": "系统管理员负责机构与设置，不接触业务数据，也不能查看审计。",
    }
)
"""What a hat is for, on its desk."""

ACTS = Words(
    {
        "account_opened": "开通账号",
        "account_restored": "恢复账号",
        "account_suspended": "停用账号",
        "acted_as": "代为查看",
        "acting_write_proposed": "申请代为办理",
        "binding_override_proposed": "申请解除认证限制",
        "binding_overridden": "解除认证限制",
        "data_exported": "下载本人数据",
        "document_revealed": "查看完整号码",
        "factor_added": "设置二次验证",
        "factor_removed": "移除二次验证",
        "factor_reset": "重置二次验证",
        "hat_ended": "终止身份",
        "hat_dated": "更改身份有效期",
        "hat_given": "授予身份",
        "hat_moved": "调动身份",
        "hat_restored": "恢复身份",
        "hat_suspended": "停用身份",
        "held_decided": "核查待核查账号",
        "invitation_accepted": "接受邀请",
        "invitation_withdrawn": "邀请作废",
        "mobile_changed": "更换手机号码",
        "organisations_written": "写入机构",
        "password_changed": "修改密码",
        "password_reset": "重设密码",
        "password_tried": "核对密码",
        "person_erased": "清除个人数据",
        "persons_searched": "查找人员",
        "proposal_decided": "复核",
        "proposal_made": "提出复核事项",
        "proposal_used": "使用已复核的事项",
        "real_name_bound": "实名认证",
        "real_name_unbound": "解除实名认证",
        "recovery_asked": "申请找回密码",
        "recovery_tried": "找回密码核对验证码",
        "refresh": "续期登录",
        "registration": "用已有证件注册",
        "scan_claimed": "扫码登录领取",
        "scan_confirmed": "扫码登录确认",
        "scan_refused": "扫码登录拒绝",
        "service_account_created": "开通服务账号",
        "service_account_revoked": "停用服务账号",
        "service_secret_ended": "停用服务账号密钥",
        "service_secret_made": "生成服务账号密钥",
        "service_signed_in": "服务账号登录",
        "session_began": "登录",
        "session_ended": "结束登录",
        "sign_in": "登录尝试",
        "staff_invited": "邀请人员",
        "step_up": "再次验证身份",
    },
    context="act",
)
"""Names of audited acts; one that is not named here is shown as it is."""
UNKNOWN_BROWSER = N_("未知浏览器")


def browser_told(words: str) -> str:
    """A browser as identity puts it, `Chrome，Windows 电脑`, in the language of the request; empty is unknown."""
    return said(words or UNKNOWN_BROWSER)
