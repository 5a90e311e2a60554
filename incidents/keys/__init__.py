"""The installation's secret keys: one file, one key per purpose, old versions kept for checking.

`docs/reference/keys.md` says where the file lies, how it rotates and what is lost without it.
"""

from incidents.keys.key import Purpose
from incidents.keys.notice_code import check_code_shape, normal_code
from incidents.keys.notice_keys import NoticeKeys
from incidents.keys.ring import KeyRing

__all__ = ["KeyRing", "NoticeKeys", "Purpose", "check_code_shape", "normal_code"]
