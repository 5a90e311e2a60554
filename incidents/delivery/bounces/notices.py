"""Tells apart what is not a plain failure: complaints, automatic answers, provider notices."""

import json
import re
from typing import Any

from incidents.delivery.bounces.dsn import Block, address_of
from incidents.delivery.bounces.parts import Headers, first, readable
from incidents.delivery.bounces.plain import MOST_TEXT

_AWAY = re.compile(
    r"^\s*(?:auto(?:matic|mated)?[ :-]*(?:reply|response|respond\w*|answer)?\s*:|automatic reply"
    r"|auto-?(?:reply|response|respond\w*)|automated (?:reply|response)"
    r"|out[ -]of[ -](?:the[ -])?office"
    r"|\[?vacation|away from (?:my|the) (?:mail|office|desk)|on (?:vacation|holiday|leave)\b"
    r"|automatische antwort|abwesenheit|auto-?antwort|r[ée]ponse automatique|absen[ct]"
    r"|respuesta autom|risposta automat|resposta autom|automatisch antwoord|autosvar|automaattinen"
    r"|автоответ|автоматический ответ|自動応答|自動返信|不在|自动回复|自動回覆|자동 ?회신|부재)",
    re.IGNORECASE,
)
_RETURNED = re.compile(
    r"undeliver|non[- ]?deliver|returned (?:mail|to sender|email|message)"
    r"|deliver\w* (?:status|fail|err|notif|"
    r"prob|report|delay)|fail\w* (?:notice|deliver|to deliver)|failure notice"
    r"|mail (?:delivery|system|fail|could)"
    r"|could not be (?:delivered|sent)|(?:message|mail|delivery) (?:has )?(?:failed|failure"
    r"|delayed|undeliverable)"
    r"|delayed mail|rejected|bounce|error sending|unable to deliver|not delivered"
    r"|postmaster notify|delivery has"
    r"|warning: could not send|unzustellbar|nicht zustell|zustell\w* fehl|non remis"
    r"|[ée]chec de|non remise|mail returned|"
    r"mail error|no entregad|no se puede entregar|devuelto|mancata consegna|não entregue"
    r"|nao entregue|"
    r"не доставлен|недоставлен|невозможно доставить|не удалось|ошибка|配信|送信でき|エラー"
    r"|宛先|戻り|退信|"
    r"退回|投递失败|無法傳遞|无法投递|반송|전송 실패|onbestelbaar|kunde inte|niedostarcz",
    re.IGNORECASE,
)
_LIST = re.compile(r"not (?:a )?member|loop|error|reject|duplicate|warning", re.IGNORECASE)
_MACHINE = re.compile(
    r"mailer[-_ ]?daemon|post[-_. ]?master|mail(?:er)? (?:delivery|deliver|system|administrat"
    r"|router)"
    r"|delivery (?:subsystem|system|agent)|system administrator|mail-?daemon|mailadmin|bounce"
    r"|content-?filter|interscan|mdaemon",
    re.IGNORECASE,
)
_OPENING = re.compile(
    r"automatically (?:generated|created) (?:by mail|delivery|message)|was(?:n't| not) delivered"
    r"|(?:could|can) ?not be delivered|unable to deliver|permanent (?:fatal )?errors?"
    r"|returned to sender"
    r"|delivery (?:has )?failed|delivery to the following|undeliverable|cannot be delivered"
    r"|couldn't be delivered|not reach the following|mailbox is full|unknown user|user unknown"
    r"|did not reach|error (?:while|occurred)|rejected your message|配信でき|送信でき|送れません"
    r"|nicht zugestellt|n'a pas (?:pu|été)|no se pudo entregar|не может быть доставлен"
    r"|无法送达|退信",
    re.IGNORECASE,
)
# Gateways to telephones and lists answer under their own names, as if a person replied.
_QUOTED = re.compile(
    r"^(?:error|reason|response|remote host said|smtp error)[^\n]{0,80}\n?[ \t]{0,8}[45]\d\d[ -]"
    r"|^[ \t]{0,8}5\d\d[ -](?:- |5\.\d\.\d)[^\n]{0,200}(?:user|recipient|mailbox|requested"
    r"|address|rejected)"
    r"|^you are not a (?:member|subscriber) of (?:this|the) (?:mailing )?list",
    re.IGNORECASE | re.MULTILINE,
)
_COMPLAINT_SUBJECT = re.compile(
    r"^\s*(?:complaint about message|abuse report|(?:\[?fbl\]? )?feedback[- ]?(?:loop|report)|"
    r"email feedback report|spam complaint|unsubscribe request from)",
    re.IGNORECASE,
)


def sender(headers: Headers) -> str:
    """Return the From field, readable."""
    return readable(first(headers, "from"))


def is_away(headers: Headers) -> bool:
    """Return whether the header is that of a program answering for a person (RFC 3834)."""
    subject = readable(first(headers, "subject"))
    if _AWAY.match(subject):
        return True
    told = first(headers, "auto-submitted").lower().startswith("auto-replied") or any(
        name in headers
        for name in ("x-autoreply", "x-autorespond", "x-autoresponder", "x-auto-reply")
    )
    told = told or first(headers, "precedence").lower().strip() in {"auto_reply", "auto-reply"}
    return told and not looks_returned(headers, "")


def looks_returned(headers: Headers, text: str) -> bool:
    """Return whether header or opening words are those of a returned message."""
    subject, named = readable(first(headers, "subject")), sender(headers)
    empty = "<>" in {first(headers, "return-path").strip(), named.strip()[-2:]}
    return bool(
        "x-failed-recipients" in headers
        or ("x-mlserver" in headers and "list-post" not in headers and _LIST.search(subject[:500]))
        or _MACHINE.search(named[:500])
        or (_RETURNED.search(subject[:500]) and (empty or not text or _OPENING.search(text[:8000])))
        or (empty and _OPENING.search(text[:8000]))
    )


def looks_quoted(text: str) -> bool:
    """Return whether a text quotes a server's refusal, whoever sent it and under any subject."""
    return bool(_QUOTED.search(text[:8000]))


def is_complaint(headers: Headers, text: str) -> bool:
    """Return whether a message without RFC 5965's part complains all the same."""
    if _COMPLAINT_SUBJECT.match(readable(first(headers, "subject"))):
        return True
    if "x-hmxmroriginalrecipient" in headers or "x-loop: scomp" in text[:MOST_TEXT].lower():
        return True
    # Written by a mail program when a person presses its button.
    return "sent this email to unsubscribe from" in text[:2000]


def read_ses(text: str) -> tuple[str, list[Block]]:
    """Return type (`Bounce`, `Complaint` or `Delivery`) and recipients of an Amazon SES notice.

    The type is empty when the text is no such notice. Mail wraps the JSON at any place.
    """
    start = text[:2000].find("{")
    if start < 0 or (
        "otificationType" not in text[:MOST_TEXT] and "eventType" not in text[:MOST_TEXT]
    ):
        return "", []
    found = _object(text[start:MOST_TEXT])
    inner = found.get("Message")
    if isinstance(inner, str):
        found = _object(inner)
    name = str(found.get("notificationType") or found.get("eventType") or "")
    if name not in {"Bounce", "Complaint", "Delivery"}:
        return "", []
    event = found.get(name.lower())
    event = event if isinstance(event, dict) else {}
    if name == "Delivery":
        answer = str(event.get("smtpResponse", ""))
        people = event.get("recipients")
        rows = (
            [(one, "delivered", "", answer) for one in people] if isinstance(people, list) else []
        )
    else:
        listed = event.get("bouncedRecipients") or event.get("complainedRecipients")
        people = (
            [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
        )
        hint = str(event.get("bounceSubType", ""))
        rows = [
            (
                one.get("emailAddress", ""),
                one.get("action", "failed"),
                one.get("status", ""),
                one.get("diagnosticCode") or hint,
            )
            for one in people
        ]
    return name, [_row(*row) for row in rows[:1000]]


def _row(address: Any, action: Any, status: Any, words: Any) -> Block:
    kind, _, said = str(words).partition(";")
    return Block(
        recipient=address_of(str(address)),
        action=str(action).lower(),
        status=str(status) if re.fullmatch(r"[245]\.\d{1,3}\.\d{1,3}", str(status)) else "",
        diagnostic=said.strip() if kind.strip().isalpha() and said else str(words),
        diagnostic_type="smtp",
    )


def _object(text: str) -> dict[str, Any]:
    for candidate in (text, text.replace("\r", "").replace("\n", "")):
        try:
            value, _ = json.JSONDecoder(strict=False).raw_decode(candidate)
        except (ValueError, RecursionError):
            continue
        if isinstance(value, dict):
            return value
    return {}
