"""How the agent talks and listens: rules measured from spans, from the length of texts, and from the voices."""

from collections.abc import Callable
from statistics import median

from assist.core.events import Channel, Evidence, SpeechEnded, VoiceMeasured
from assist.core.moments import Moment, Noticed
from assist.core.questions import count_questions
from assist.core.spans import RATE, from_seconds
from assist.core.voices import characters

_LEAST_LEAD = from_seconds(0.5)  # shorter starts together are a tie, not an interruption
_PLAIN = 3  # utterances of each side, before their manners are set against each other
_TELLING = 12  # characters spoken; in a shorter utterance one pause makes the pace


def interrupts(moment: Moment) -> Noticed:
    """The agent came in while the customer spoke, and the customer gave way."""
    event, limits = moment.event, moment.limits
    if not (isinstance(event, SpeechEnded) and event.channel is Channel.CUSTOMER):
        return None
    state = moment.state
    begun = [(s.start, s.utterance) for s in state.speaking if s.channel is Channel.AGENT]
    begun += [
        (s.span.start, s.utterance)
        for s in state.spoken
        if s.channel is Channel.AGENT and s.span.end > event.span.end  # a short one is over before the end is certain
    ]
    for start, utterance in begun:
        over, late = event.span.end - start, start - event.span.start
        if over >= limits.interruption_seconds * RATE and late >= _LEAST_LEAD:
            return start, Evidence(why=f"客户还在说，客服抢话 {over / RATE:.1f} 秒", utterance=utterance)
    return None


def monologue(moment: Moment) -> Noticed:
    """The agent said a lot without the customer saying anything; noticed once a turn."""
    return _reached(moment, len, moment.limits.monologue_characters, "连着说了 {} 个字，没有停下来确认")


def question_pileup(moment: Moment) -> Noticed:
    """Several questions in one breath; noticed once a turn."""
    return _reached(moment, count_questions, moment.limits.question_pileup, "一口气问了 {} 个问题")


def _reached(moment: Moment, count: Callable[[str], int], limit: int, why: str) -> Noticed:
    """With its latest text an agent's turn has come to `limit` of something; `why` has a gap for how many there are."""
    turn, text = moment.said(Channel.AGENT), moment.final
    if turn is None or text is None:
        return None
    counted = count(turn.text)
    if counted < limit or counted - count(text.text) >= limit:
        return None
    return turn.start, Evidence(why=why.format(counted), utterance=text.utterance)


def no_backchannel(moment: Moment) -> Noticed:
    """Several customer utterances in a row without any response."""
    text, state = moment.final, moment.state
    limit = moment.limits.unanswered_customer_utterances
    spoken = state.spoken[-limit:]
    if (
        text is None
        or text.channel is not Channel.CUSTOMER
        or len(spoken) < limit
        or Channel.AGENT in (*(s.channel for s in spoken), *(s.channel for s in state.speaking))
    ):
        return None
    earlier = state.spoken[-limit - 1 : -limit]
    if earlier and earlier[0].channel is Channel.CUSTOMER:  # noticed when the row reached the limit
        return None
    since = spoken[0].span.start
    if any(noticed.rule == "no_backchannel" and noticed.since == since for noticed in state.behaviours):
        return None  # texts of the row that come late
    return since, Evidence(why=f"客户连说 {limit} 句，没有回应", utterance=text.utterance)


def talks_too_much(moment: Moment) -> Noticed:
    """Most of what is said is the agent's, once there has been enough of it to tell.

    Counted in characters: in seconds, whoever speaks slowly would seem to say more.
    """
    turn, state, limits = moment.said(Channel.AGENT), moment.state, moment.limits
    both = state.speech(Channel.AGENT) + state.speech(Channel.CUSTOMER)
    if turn is None or both < limits.talk_share_after_seconds * RATE:
        return None
    said = {channel: sum(len(one.text) for one in moment.of(channel)) for channel in Channel}
    share = said[Channel.AGENT] / sum(said.values())
    if share < limits.talk_share:
        return None
    return turn.start, Evidence(why=f"话有 {share:.0%} 是客服说的，听得太少", measure="talk_share")


def pace_mismatch(moment: Moment) -> Noticed:
    """One side speaks fast and the other slowly, over several utterances."""
    event = moment.event
    if not isinstance(event, VoiceMeasured):
        return None
    lengths = {text.utterance: characters(text.text) for text in moment.state.finals}
    told = [v for v in moment.state.voices if lengths.get(v.utterance, 0) >= _TELLING]
    agent, customer = (_latest([v.rate for v in told if v.channel is channel]) for channel in Channel)
    if agent is None or customer is None:
        return None
    fast, slow = max(agent, customer), min(agent, customer)
    if fast < moment.limits.pace_ratio * slow:
        return None
    why = f"客服每秒 {agent:.1f} 个字，客户 {customer:.1f} 个字，语速差得远"
    return event.at, Evidence(why=why, measure="rate", utterance=event.utterance)


def loudness_mismatch(moment: Moment) -> Noticed:
    """One side speaks loudly and the other softly, over several utterances."""
    event = moment.event
    if not isinstance(event, VoiceMeasured):
        return None
    agent, customer = (
        _latest([v.level_db for v in moment.state.voices if v.channel is channel]) for channel in Channel
    )
    if agent is None or customer is None or abs(agent - customer) < moment.limits.loudness_db:
        return None
    louder, softer = ("客服", "客户") if agent > customer else ("客户", "客服")
    why = f"{louder}比{softer}响 {abs(agent - customer):.0f} 分贝"
    return event.at, Evidence(why=why, measure="level_db", utterance=event.utterance)


def _latest(measured: list[float | None]) -> float | None:
    """The median of the newest measures; None while there are too few."""
    known = [value for value in measured if value is not None]
    return median(known[-_PLAIN:]) if len(known) >= _PLAIN else None
