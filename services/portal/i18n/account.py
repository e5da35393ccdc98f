"""Chinese names for accounts, sessions, hats and what is done with them."""

from __future__ import annotations

DOCUMENT_TYPES = {
    "resident_id": "居民身份证",
    "passport": "护照",
    "hong_kong_macao_permit": "港澳居民来往内地通行证",
    "taiwan_permit": "台湾居民来往大陆通行证",
    "military_officer_card": "军官证",
}
SEXES = {"male": "男", "female": "女"}
FACTORS = {"totp": "验证器应用", "passkey": "通行密钥", "recovery_code": "恢复代码", "password": "密码"}
ACCOUNT_STATES = {"active": "正常", "held": "待核查", "suspended": "已停用", "erased": "已注销"}
SESSION_OVER = {
    "REFRESH_REUSED": "检测到登录凭证被重复使用，为安全起见已结束该次登录，请重新登录。如非本人操作，请尽快修改密码。",
    "SESSION_ENDED": "该次登录已结束（可能在其他设备退出、更换身份或账号有变动），请重新登录。",
    "SESSION_EXPIRED": "长时间未操作，登录已过期，请重新登录。",
    "SESSION_IDLE": "长时间未操作，登录已过期，请重新登录。",
    "REFRESH_EXPIRED": "长时间未操作，登录已过期，请重新登录。",
    "TOKEN_EXPIRED": "登录已过期，请重新登录。",
    "BAD_TOKEN": "登录已失效，请重新登录。",
}
"""Why a session ended, by the reason of the refusal."""

ORGANISATION_KINDS = {"province": "省", "base": "培训基地", "department": "科室"}
PROPOSAL_KINDS = {
    "grant_hat": "授予重要身份",
    "override_binding": "解除 30 天认证限制",
    "acting_write": "代为办理（可写）",
    "release_held": "放行待核查账号",
}
PROPOSAL_STATES = {"waiting": "待复核", "approved": "已同意", "refused": "已拒绝", "expired": "已过期"}
TICKET_STATES = {
    "waiting": "等待手机扫码",
    "scanned": "手机已扫码，请在手机上确认",
    "refused": "手机上已拒绝，或选错了数字",
    "void": "二维码已失效",
}
