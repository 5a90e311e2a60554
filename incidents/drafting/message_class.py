"""What people of one locale, form, exposure and channel get, with holes for their own values."""

from datetime import date, datetime
from typing import Literal

from incidents.drafting.changes import FollowUp
from incidents.drafting.choose import SetPlan
from incidents.drafting.context import Particulars, headline, subject_key
from incidents.drafting.holes import clean
from incidents.drafting.page import notice_context, sections_of
from incidents.drafting.render import Draft, finished, render_notice, render_page
from incidents.drafting.voice import Voice
from incidents.drafting.words import Words
from incidents.errors import DraftingError
from incidents.models.notice import FactSheet
from incidents.models.scope import Form

Channel = Literal["email", "letter", "call"]


def draft_class(
    words: Words,
    fact_sheet: FactSheet,
    plan: SetPlan,
    *,
    locale: str,
    form: Form,
    exposure: int,
    people: int,
    on: date | datetime,
    channel: Channel = "email",
    late_reason: str = "",
    follow_up: FollowUp | None = None,
) -> Draft:
    """Return what all people of one locale, form, exposure and channel get, with holes.

    Args:
        words: The words.
        fact_sheet: What is known.
        plan: The set and what it must say.
        locale: A locale there are words for; `locales.locale_for` gives it.
        form: Which wording.
        exposure: Mask of stores; bit n (value 2**n) is the store with that bit.
        people: How many people it is for.
        on: Date of the notice.
        channel: How it is sent; a call has no HTML.
        late_reason: Why it comes after the limit, as counsel answered; empty where it does not.
        follow_up: How it stands to an earlier message to the same people, if there was one.

    Raises:
        DraftingError: when it cannot be rendered, when laws contradict each other about it, or
            when what people are offered runs shorter than a law asks.
    """
    withheld = words.withheld(plan.forbidden)
    if conflicts := [*plan.conflicts, *sorted(withheld.intersection(plan.required))]:
        raise DraftingError(
            f"one law asks for what another forbids: {', '.join(conflicts)}",
            where=plan.key,
            repair="let counsel decline the duty that does not bind here",
        )
    recall = follow_up is not None and follow_up.recall
    notice = f"individual/{channel}/{'recall' if recall else 'breach'}"
    card = words.card(notice)
    voice = Voice(words.catalogue(locale), [form.value, channel])
    context = notice_context(
        words,
        fact_sheet,
        plan,
        voice,
        exposure=exposure,
        form=form,
        on=on,
        late_reason=late_reason,
        follow_up=follow_up,
    )
    its, org = context["its"], context["org"]
    if 0 < its.measures.months < plan.offer_months:
        raise DraftingError(
            f"people are offered {its.measures.months} months, and {plan.offer_months} are owed",
            where=plan.key,
            repair=f"record the measure identity_monitoring_{plan.offer_months}_months instead",
        )
    if plan.titles:
        subject = voice.say("subject.titled", title=" / ".join(plan.titles), org=org.name)
    else:
        data = voice.say(headline(words, its))
        key = follow_up_subject(its, follow_up) or subject_key(its)
        subject = voice.say(key, org=org.name, data=data)
    context |= {"subject": clean(subject, 200)}
    outputs, blocks = render_notice(
        words,
        notice,
        voice=voice,
        context=context,
        headings=sections_of(card, plan, voice),
        forbidden=withheld,
    )
    message = finished(
        key=f"{locale}.{form.value}.{exposure}.{channel}",
        locale=locale,
        form=form,
        exposure=exposure,
        people=people,
        subject=clean(render_page(words, f"{notice}/{card.subject}", **context), 200),
        outputs=outputs,
        templates=words.used_by(notice, locale),
    )
    return Draft(message=message, blocks=blocks, templates=words.used_by(notice, locale))


def follow_up_subject(its: Particulars, follow_up: FollowUp | None) -> str:
    """Return which subject says how a message stands to an earlier one; empty for a first one."""
    if follow_up is None:
        return ""
    if follow_up.recall:
        return "subject.recall"
    key = "subject.correction" if follow_up.changes.wrong else "subject.added"
    return f"{key}.quiet" if its.quiet else key
