"""A call in the terminal: final texts, stages, alarms and cues as they come."""

from typing import TextIO

from rich.console import Console
from rich.text import Text

from assist.core.events import (
    AudioGap,
    Backlog,
    BehaviourNoticed,
    CallEnded,
    CallEvent,
    CallStarted,
    Channel,
    CommitmentMade,
    CueAnswered,
    CueKind,
    CueShown,
    CustomerTypeChanged,
    DeadAir,
    Fault,
    ForbiddenSaid,
    HoldBegan,
    ObjectionRaised,
    Prepared,
    QuestionAnswered,
    SceneChanged,
    StageEntered,
    Summary,
    Transcribed,
)
from assist.core.playbook import Playbook
from assist.core.spans import RATE

_WHO = {Channel.AGENT: ("客服", "cyan"), Channel.CUSTOMER: ("客户", "yellow")}
_GAPS = {"not_recorded": "录音里没有", "damaged_packet": "数据损坏"}
_ANSWERS = {"acted_on": "已照做", "expired": "过期", "accepted": "采用", "dismissed": "不用"}


class Terminal:
    """A sink that prints what an agent would see, Chinese first; words are printed as plain text, never as markup."""

    name = "terminal"

    def __init__(self, playbook: Playbook, out: TextIO) -> None:
        self._labels = playbook.labels
        self._models = playbook.models
        self._questions = {
            (one.id, question.id): question for one in playbook.questionnaires for question in one.questions
        }
        self._cues: dict[str, str] = {}
        self._console = Console(file=out, highlight=False, markup=False, soft_wrap=True)

    def publish(self, seq: int, event: CallEvent) -> None:
        line = self._line(event)
        if line is not None:
            minutes, seconds = divmod(event.at / RATE, 60)
            clock = f"{int(minutes):02d}:{seconds:04.1f} "
            self._console.print(Text(clock, style="dim") + line)

    def close(self) -> None:
        self._console.file.flush()

    def _line(self, event: CallEvent) -> Text | None:
        match event:
            case Transcribed(transcript=text) if text.final and text.text:
                who, colour = _WHO[text.channel]
                return Text(f"{who} ", style=f"bold {colour}") + Text(text.text + (" (?)" if text.suspect else ""))
            case CueShown(cue=cue):
                self._cues[cue.id] = cue.title
                style = "bold white on red" if cue.kind is CueKind.AVOID else "bold green"
                return Text(f"  ▶ {cue.title}", style=style) + Text(f"  {cue.say}", style="green")
            case CueAnswered(cue_id=cue_id, answer=answer):
                return Text(f"  ✓ {self._cues.get(cue_id, cue_id)}: {_ANSWERS[answer.value]}", style="dim")
            case ForbiddenSaid(hit=hit):
                name = self._name("forbidden_categories", hit.category)
                return Text(f"  ! 服务忌语「{hit.matched}」 {name}", style="bold red")
            case ObjectionRaised(hit=objection):
                topic = self._name("objection_topics", objection.topic)
                kind = self._name("objection_kinds", objection.objection)
                return Text(f"  ◆ 异议：{topic}，{kind}", style="magenta")
            case _:
                return self._aside(event)

    def _aside(self, event: CallEvent) -> Text | None:
        """Lines that stand in the background."""
        words = self._words(event)
        return None if words is None else Text(f"  {words}", style="red" if isinstance(event, Fault) else "dim")

    def _words(self, event: CallEvent) -> str | None:
        match event:
            case CallStarted(scene=scene, engine=engine):
                return f"通话开始：{self._name('scenes', scene or '') or '场景待识别'}（{engine}）"
            case StageEntered(model=model, stage=stage):
                own = self._models[model].stage(stage) if model in self._models else None
                return f"─ {own.title.zh if own else self._name('stages', stage)} ─"
            case CustomerTypeChanged(type=kind):
                return f"客户类型：{self._name('customer_types', kind or '') or '还不清楚'}"
            case BehaviourNoticed(rule=rule, evidence=evidence):
                return f"· {self._name('behaviours', rule)}：{'；'.join(e.why for e in evidence)}"
            case CommitmentMade(promise=promise):
                return f"· 承诺：{promise.what}（{promise.deadline or '没有时限'}）"
            case HoldBegan():
                return "· 客户等待中"
            case DeadAir(span=span):
                return f"· 冷场 {len(span) / RATE:.1f} 秒"
            case AudioGap(lost=lost, reason=reason):
                return f"· 缺失 {lost / RATE:.2f} 秒声音（{_GAPS.get(reason, reason)}）"
            case Backlog():
                return _backlog(event)
            case Fault(component=component, message=message):
                return f"× {component}：{message}"
            case CallEnded(summary=summary):
                return _summary(summary)
            case _:
                return self._particulars(event)

    def _particulars(self, event: CallEvent) -> str | None:
        """What concerns this kind of call."""
        match event:
            case SceneChanged(scene=scene, by=by, score=score):
                how = "手动设定" if by == "hand" else f"识别，把握 {score:.0%}"
                return f"场景：{self._name('scenes', scene)}（{how}）"
            case Prepared(items=items):
                return "准备：" + "；".join(f"{item.title}：{item.text}" for item in items)
            case QuestionAnswered():
                return self._answer(event)
            case _:
                return None

    def _answer(self, event: QuestionAnswered) -> str:
        question = self._questions.get((event.questionnaire, event.question))
        options = {option.id: option.title for option in question.options} if question else {}
        return f"问卷：{question.title if question else event.question} → {options.get(event.answer, event.answer)}"

    def _name(self, group: str, label: str) -> str:
        return self._labels.get(group, {}).get(label, label)


def _backlog(event: Backlog) -> str:
    if event.lag:
        return f"· 识别落后 {event.lag / RATE:.1f} 秒，文字会晚到，不会丢"
    return f"· 识别已跟上（略去 {event.shed} 次中间结果）"


def _summary(summary: Summary) -> str:
    share = "—" if summary.talk_ratio is None else f"{summary.talk_ratio:.0%}"
    kinds = [finding.kind for finding in summary.findings]
    return (
        f"通话结束：客服话量 {share}，服务忌语 {kinds.count('forbidden')}，异议 {kinds.count('objection')}，"
        f"行为提醒 {kinds.count('behaviour')}，承诺 {len(summary.commitments)}"
    )
