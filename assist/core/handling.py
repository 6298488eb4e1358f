"""How the agent handles the customer and the matter: rules on what was said, in which order, and what was never said."""

from assist.core.events import Channel, CommitmentMade, Evidence
from assist.core.moments import Moment, Noticed
from assist.core.turns import Turn

_FEW_WORDS = 4  # characters; a word or two in between answers nothing
_ROUSED = (("emotion", "upset"), ("emotion", "angry"))
_COMPLAINTS = ("complain", "fault", "churn", "compensate", "escalate")
_LEAVING, _TAKING = ("churn",), ("book", "renew")
_SOOTHING = (
    "handle_emotion.",
    "neutral_response.acknowledge",
    "neutral_response.repeat_words",
    "neutral_response.take_seriously",
)
_FELT = ("2", "3", "4", "5")  # levels of empathy, from naming the fact upwards
_LOOKING = ("gather_info", "confirm_reason")
_OFFERS = ("propose.help_offer", "propose.options", "second_offer.alternative")
_LEADS_UP = 2  # turns of the agent before a pitch, whose figures belong to it
_TRIES = ("propose.", "second_offer.", "agree.")
_ASKS = (
    "check_acceptance.ask_ok",
    "check_acceptance.check_understanding",
    "check_acceptance.confirm_agreed",
    "propose.choice",
    "propose.try_close",
)


def promise_without_deadline(moment: Moment) -> Noticed:
    """A promise that does not say by when."""
    event = moment.event
    if not isinstance(event, CommitmentMade) or event.promise.deadline is not None:
        return None
    return event.at, Evidence(why="承诺没有说到什么时候", utterance=event.utterance)


def early_apology(moment: Moment) -> Noticed:
    """A customer calls to leave, and the first answer is an apology."""
    turn = moment.said(Channel.AGENT)
    if turn is None or moment.state.scene != "churn_inbound" or not turn.is_one(("act", "apology")):
        return None
    before = moment.before(turn)
    wished = next((i for i, one in enumerate(before) if one.channel is Channel.CUSTOMER and one.has("intent")), None)
    if wished is None or any(one.channel is Channel.AGENT for one in before[wished:]):
        return None
    return turn.start, Evidence(why="客户一说要走就道歉，还没弄清原因", utterance=turn.utterance)


def no_empathy(moment: Moment) -> Noticed:
    """The customer is roused and the answer passes over it; once a feeling has been answered, the talk may be of the matter."""
    turn = moment.said(Channel.AGENT)
    if turn is None or len(turn.text) <= _FEW_WORDS or not _is_roused(moment, turn) or _soothes(turn):
        return None
    if any(_soothes(one) and _is_roused(moment, one) for one in moment.of(Channel.AGENT)):
        return None
    return turn.start, Evidence(why="客户有情绪，回答里没有先安抚", utterance=turn.utterance)


def agrees_with_complaint(moment: Moment) -> Noticed:
    """The agent joins in when the customer speaks ill of the company, without owning up to anything."""
    turn = moment.said(Channel.AGENT)
    if turn is None or turn.is_one(("act", "apology"), ("act", "soothes")):
        return None
    before = moment.before(turn)[-1:]
    complained = any(one.is_one(*_ROUSED) or one.has("objection") or one.has("intent", *_COMPLAINTS) for one in before)
    joins_in = turn.is_one(("act", "agrees")) or (complained and turn.is_one(("act", "echoes")))
    if not before or not joins_in:
        return None
    return turn.start, Evidence(why="顺着客户说公司不好", utterance=turn.utterance)


def no_reason_confirmed(moment: Moment) -> Noticed:
    """An offer was made before the reason for leaving was confirmed."""
    turn = moment.said(Channel.AGENT)
    if turn is None or moment.model.stage("confirm_reason") is None or turn not in _offered(moment):
        return None
    if any(_did(one, "confirm_reason.") for one in _talk(moment, turn)):
        return None
    return turn.start, Evidence(why="还没确认原因就给了方案", utterance=turn.utterance)


def pitch_before_discovery(moment: Moment) -> Noticed:
    """We called, and something was offered before asking how the customer uses the service.

    The greeting may say what the call is about, as long as it names no figures.
    """
    turn = moment.said(Channel.AGENT)
    if turn is None or not turn.is_one(("act", "pitch")):
        return None
    talk = _talk(moment, turn)
    asked = any(_did(one, *_LOOKING) for one in talk)
    asked = asked or any(talk and e.stage in _LOOKING and e.at > talk[0].start for e in moment.state.stages)
    if asked or not (talk or turn.is_one(("act", "figures"))):
        return None
    return turn.start, Evidence(why="还没了解使用情况就推介", utterance=turn.utterance)


def no_numbers(moment: Moment) -> Noticed:
    """Something was pitched, and up to the end no figure was named with it."""
    pitched = _pitched(moment) if _winds_up(moment) else []
    if not pitched:
        return None
    agent = moment.of(Channel.AGENT)
    if any(turn.is_one(("act", "figures")) for turn in agent[max(0, agent.index(pitched[0]) - _LEADS_UP) :]):
        return None
    return pitched[0].start, Evidence(why="推介没有说出数字", utterance=pitched[0].utterance)


def no_acceptance_check(moment: Moment) -> Noticed:
    """Something was offered, and up to the end nobody asked whether it suits; a customer who takes it need not be asked."""
    offered = _offered(moment) if _winds_up(moment) else []
    if not offered:
        return None
    asked = any(_did(turn, *_ASKS) for turn in _talk(moment, moment.turns[-1]))
    if asked or any(_takes(turn) for turn in moment.of(Channel.CUSTOMER, offered[:1])):
        return None
    return offered[0].start, Evidence(why="给了方案，没有问合不合适", utterance=offered[0].utterance)


def no_second_offer(moment: Moment) -> Noticed:
    """The first offer was refused and the agent let it be."""
    turn = moment.said(Channel.AGENT)
    if moment.event is not None and (turn is None or not turn.is_one(("act", "gives_up"))):
        return None
    pitched = _pitched(moment)[:1]
    heard = moment.of(Channel.CUSTOMER, pitched) if pitched else []
    last = moment.before(turn)[-1:] if turn is not None else ()  # who gives up has been refused, in whatever words
    if turn is not None and not any(one in heard for one in last):
        return None
    refused = [one for one in heard if _refuses(one) or one in last]
    if not refused:
        return None
    since = refused[0].start
    tried = any(_tries(one) for one in moment.of(Channel.AGENT, refused[:1]))
    if tried or any(_takes(one) for one in heard if one.start >= since):
        return None
    return since, Evidence(why="客户不要第一个方案，没有再给别的", utterance=refused[0].utterance)


def agent_hangs_up_first(moment: Moment) -> Noticed:
    """The agent ends the call while the customer is not done."""
    if moment.event is None:
        turn = moment.turns[-1] if moment.turns and moment.turns[-1].channel is Channel.AGENT else None
    else:
        turn = moment.said(Channel.AGENT)
    if turn is None:
        return None
    before = [one for one in moment.before(turn) if one.channel is Channel.CUSTOMER][-1:]
    waits = any(one.is_one(("reply", "waits")) for one in before)
    done = any(one.is_one(("step", "closing.customer_bye"), ("reply", "done")) for one in before)
    if not before or (done and not waits):
        return None
    waits = waits or (moment.event is None and before[0].is_one(("emotion", "angry"), ("intent", "escalate")))
    if not turn.is_one(("act", "hangs_up")) and not (waits and _did(turn, "closing.thanks")):
        return None
    return turn.start, Evidence(why="客户还没说完，客服先要挂", utterance=turn.utterance)


def _did(turn: Turn, *steps: str) -> bool:
    """Whether a step that begins so was done, be it in words that show a stage or in other ones."""
    return turn.has("step", *steps) or turn.has("act", *steps)


def _talk(moment: Moment, turn: Turn) -> list[Turn]:
    """The turns up to this one, without a greeting that opens the call: it only asks what the call is about."""
    heard = moment.of(Channel.CUSTOMER)[:1]
    told = (*moment.before(turn), turn)
    return [one for one in told if (heard and one.start >= heard[0].start) or not _did(one, "greeting.")]


def _offered(moment: Moment) -> list[Turn]:
    """Turns in which the agent offers something; a greeting that offers help does not."""
    heard = moment.of(Channel.CUSTOMER)[:1]
    helped = [turn for turn in moment.of(Channel.AGENT, heard) if _did(turn, *_OFFERS)] if heard else []
    return [turn for turn in moment.of(Channel.AGENT) if turn.is_one(("act", "pitch")) or turn in helped]


def _pitched(moment: Moment) -> list[Turn]:
    return [turn for turn in moment.of(Channel.AGENT) if turn.is_one(("act", "pitch"))]


def _tries(turn: Turn) -> bool:
    """Whether the agent goes on trying: another offer, or more about the one that was made."""
    return turn.is_one(("act", "pitch")) or _did(turn, *_OFFERS, *_TRIES)


def _refuses(turn: Turn) -> bool:
    return turn.has("objection") or turn.has("intent", *_LEAVING) or turn.is_one(("reply", "refuses"))


def _takes(turn: Turn) -> bool:
    taken = turn.has("step", "agree.") or turn.has("intent", *_TAKING) or turn.is_one(("reply", "takes"))
    return taken and not turn.is_one(("reply", "refuses"))


def _soothes(turn: Turn) -> bool:
    heard = turn.is_one(("act", "apology"), ("act", "soothes")) or turn.has("empathy", *_FELT)
    return heard or _did(turn, *_SOOTHING)


def _is_roused(moment: Moment, answer: Turn) -> bool:
    """Whether the customer was, in the turn that this one answers."""
    return any(one.channel is Channel.CUSTOMER and one.is_one(*_ROUSED) for one in moment.before(answer)[-1:])


def _winds_up(moment: Moment) -> bool:
    """Whether the call is over, or the agent has just begun to end it."""
    turn = moment.said(Channel.AGENT)
    if turn is None:
        return moment.event is None
    closes = turn.is_one(("act", "hangs_up"), ("act", "gives_up")) or _did(turn, "closing.recap", "closing.thanks")
    return closes and moment.state.stage == "closing"
