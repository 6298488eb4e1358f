"""What the recogniser is told to expect: the words of the scene and the stage, and what is known of this customer.

A surname is worth most once somebody has said it: it comes again in nearly every sentence to the customer, and nothing else
tells 王 from 汪 or 黄.
"""

import re
from dataclasses import replace

from assist.core.events import Channel, Transcript
from assist.core.playbook import Playbook
from assist.core.ports import TranscribeJob
from assist.core.state import CallState

_MOST_NAMES = 2  # the customer's and one more; a name misheard once must not stay for good
_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林郑罗梁谢宋唐许邓冯韩曹曾彭萧肖蔡潘田董袁于余叶蒋杜苏魏程吕丁沈任姚卢傅钟姜崔谭廖范汪陆金石戴贾韦夏邱方侯邹熊孟秦白"
    "江阎薛尹段雷黎史龙陶贺顾毛郝龚邵万钱严赖覃洪武莫孔"
)
_ADDRESSED = re.compile(f"(?<![老小大])([{_SURNAMES}])(先生|女士|小姐|阿姨|大爷|大姐)")
_INTRODUCED = re.compile(f"(?:我姓|免贵姓|贵姓)([{_SURNAMES}])(?![名氏])")


class Expecting:
    """Primes the jobs of one call."""

    def __init__(self, playbook: Playbook) -> None:
        self._playbook = playbook
        self._read = 0  # finals that were searched for names
        self._names: tuple[str, ...] = ()

    def prime(self, job: TranscribeJob, state: CallState) -> TranscribeJob:
        """The job with the words to expect and, unless its utterance has begun to say something, the scene's sentence."""
        for text in state.finals[self._read :]:
            if not text.suspect:
                self._hear(text)
        self._read = len(state.finals)
        told = state.started.known if state.started else ()
        expected = self._playbook.expected(state.scene, state.stage, (*told, *self._names), state.call_model)
        manner = self._playbook.agent_context if job.channel is Channel.AGENT else ""
        return replace(job, hotwords=expected.hotwords, before=job.before or expected.before + manner)

    def _hear(self, text: Transcript) -> None:
        found = [surname + title for surname, title in _ADDRESSED.findall(text.text)]
        if text.channel is Channel.CUSTOMER:
            found += [surname + title for surname in _INTRODUCED.findall(text.text) for title in ("女士", "先生")]
        for name in found:
            self._names = (name, *(known for known in self._names if known != name))[:_MOST_NAMES]
