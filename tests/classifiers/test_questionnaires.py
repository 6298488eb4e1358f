"""What the bundled questionnaires make of natural speech, and a call-back played from the first word to the last."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

import pytest

from assist.core.events import (
    CallEnded,
    CallStarted,
    Channel,
    PlaybookRef,
    QuestionAnswered,
    QuestionDue,
    Signal,
    Signalled,
    Transcript,
)
from assist.core.lexicon import Phrases
from assist.core.playbook import Playbook
from assist.core.questionnaires import Option, Question, Questionnaire
from assist.core.spans import Span
from assist.core.state import CallState, fold
from assist.core.wording import fill
from classifiers.questionnaires import Questionnaires
from classifiers.steps import Steps
from tests.core.builders import Call, scene, tiny

pytestmark = pytest.mark.unit

Sentences = Mapping[str | None, str]  # option or question, None for neither: sentences with spaces between

SATISFACTION: Sentences = {
    "satisfied": (
        "挺满意的，小伙子很热情。 满意满意。 没什么不满意的。 还不错，挺耐心的。 态度很好，没的说。 可以的，蛮好。 "
        "给你们点个赞。 没有不好的地方。 服务没得挑。 非常周到，谢谢他们。 师傅挺好的，活干得干净。 都挺满意。 "
        "嗯，很好，很耐心。 没问题，服务没话说。 比我想的好，真的不错。 小姑娘挺热心的，满意。 不慢，挺快的。 "
        "我觉得蛮好的呀。 五星好评！ 谈不上挑剔，都满意。 没啥可说的，挺好。 好的呀，满意的。 "
        "嗯嗯满意的，师傅挺准时，弄完还给我擦了一下。 服务还是挺到位的。 都挺好，没啥毛病。 我给十分。 "
        "不错不错，比上回强多了。 小伙子蛮负责的。 没有不满意，都好。 很及时，很快就来了。 不会不满意的，挺好。 "
        "这次倒是挺好的。 嗯，挺满意，没的挑。 师傅人好，话也说得明白。 好着呢，很耐心地教我。 "
        "我觉得可以，给个五星吧。 蛮快的，一个小时就弄完了。 服务没问题。 都很好，辛苦他了。"
    ),
    "neutral": (
        "还行吧。 凑合。 就那样吧，一般。 马马虎虎。 不好不坏。 谈不上满意不满意。 还可以吧。 也就那么回事。 "
        "说得过去。 嗯，还好吧。 一般吧，没什么感觉。 就那么回事。 差不多吧。 中规中矩吧。 凑合能用。 "
        "说不上好，也说不上坏。 马马虎虎吧。 还凑合吧，反正就那样。 嗯，还行，没啥特别的。 不好说，一般吧。 "
        "中等吧，马马虎虎。 也还好啦。 说不上来，还可以。 普普通通。 凑凑合合吧。 就一般，没什么特别。 "
        "还好，不算好也不算坏。 过得去吧。 马马虎虎，就这样。"
    ),
    "dissatisfied": (
        "不太满意。 不怎么满意，真的。 说实话不是很满意。 态度有点差。 挺敷衍的。 满意什么呀，等了我三个小时。 "
        "没有很满意。 还行，就是太慢了。 不怎么样。 一点都不满意！ 好什么好，别提了。 师傅不够专业。 "
        "排队排了半天，没人理我。 不行，真不行。 唉，不满意。 别提了，气死我了。 那个师傅态度不好。 "
        "没有以前好，挺失望的。 慢，太慢了。 服务太差劲了。 你觉得我能满意吗？不满意。 说实话挺糟糕的。 "
        "小伙子挺客气，就是活没弄好。 他都没讲清楚。 还满意呢，我都打了五次电话了，没人管。 不大好。 "
        "我不满意，等了整整两天。 不咋样。 太慢了，耽误事。 服务嘛，不怎么好。 你们那个营业员爱搭不理的。 "
        "差评，真的差评。 说好九点来的，十二点才到。 也不是很满意吧，说实话。 还好什么呀，一点都不好。 "
        "没见过这么差的。 让我跑了三趟。 问他什么都不知道。 不是太满意吧。 态度不怎么好，说两句就不耐烦。 "
        "一点都不专业。 我跑了两趟才弄好。 没有上次好，差远了。 太敷衍了吧。 唉，很失望。 挺慢的。 "
        "我对这个结果不满意。"
    ),
    None: (
        "你说什么？我没听清。 哦，你稍等一下。 你们是哪里的？ 我想想啊。 啊？ 我先接个电话。 等一下，我看看。 你贵姓？ "
        "嗯。 你等下啊，有人按门铃。 我问你个事。 你叫什么名字？ 嗯嗯，你接着说。 不好意思，我刚没听到。 "
        "我这边信号不好，你再说一遍。"
    ),
}
SATISFACTION_QUESTIONS = (
    "followup_service.visit",
    "followup_sales.sale",
    "followup_care.wellbeing",
    "followup_complaint.handled",
)
ANSWERS: Mapping[str, Sentences] = {
    "followup_sales.owner": {
        "me": (
            "是的，我就是。 对，你说。 嗯，是我。 我是啊，什么事？ 是。 嗯对，是我，你说。 对对，我就是。 是的是的。 "
            "我就是，有什么事？ 对的。 哎对，我是。 是我本人。 嗯，你讲。 我就是老王。 没错，是我。 对，我就是。 "
            "是的，请讲。 嗯，我是，你哪里？"
        ),
        "wrong": (
            "你打错了吧。 不是，这号码我刚买的。 我不是，没有这个人。 不是我啊。 打错了。 我不姓王。 不是。 "
            "你找错人了。 不是的，你打错电话了。 我不认识这个人。 这号我才用了一个月，不是他的。 不是，打错了。 "
            "没有这个人啊。"
        ),
        "family": (
            "我是他爱人，他出去了。 这是我老婆的手机。 他不在，我是他同事。 我爸在睡觉呢。 他在洗澡，我是他老婆。 "
            "我是她儿子。 她出门了，我是她妈。 机主是我爸，他不会用手机。 他不在家，我是他儿子。"
        ),
        "busy": (
            "我现在在开会。 我开着车呢，回头再说。 这会儿不太方便。 没空。 我在忙，晚点打。 在外面呢，不方便。 "
            "我开车呢。 我这会儿在医院呢。 现在说话不方便。 等会儿吧，我在开车。 我在高铁上，信号不好，晚点打。 "
            "在开会，等会。"
        ),
        "refused": (
            "不需要，别打了。 又是推销的吧？ 我不想听这些，不感兴趣。 不要再打来了，不需要。 骗子吧你。 "
            "别烦我了，不需要。 不用了谢谢，没兴趣。 不需要不需要。"
        ),
        None: "你哪位？ 喂？听得到吗？ 谁？ 你是哪里？ 你是电信的是吧？ 喂，哪里啊？ 怎么了？ 你是谁？ 什么公司？",
    },
    "followup_sales.convenient": {
        "yes": (
            "方便，你说吧。 可以，你问。 好的。 两分钟行。 没事，你讲。 嗯，你说。 行吧，快一点。 没问题。 有时间。 "
            "你问吧。 可以，简单点。 可以可以。 行，你快点问。 方便的。 嗯，有空。 说吧说吧。"
        ),
        "busy": (
            "不太方便，我在上班。 现在没空。 晚点再打吧。 不是很方便呢。 我正开会呢。 等会儿再打来。 "
            "现在不行，没时间。 手头有事。 现在不行，我手上有事。 我上班呢，晚上吧。 不方便不方便。"
        ),
        "refused": "不用回访了。 天天打电话烦不烦，不接受。 没兴趣。 不想做什么回访。 别打了行不行。",
        None: "什么回访？",
    },
    "followup_sales.later": {
        "time": "明天下午吧。 晚上八点以后。 过两天再打。 周六上午。",
        "any": "随时都行。 你们定吧。",
        "no": "不用再打了。 算了吧，别打了。",
    },
    "followup_sales.used_since": {
        "days": (
            "刚用两三天。 昨天才开通的。 有一个星期了。 三天。 前天刚装的。 没几天，四五天吧。 用了五天。 刚开通。 "
            "就这几天。 前几天刚开的。 五六天了吧。 上周末装的。"
        ),
        "weeks": (
            "快一个月了吧。 差不多三个星期。 二十多天了。 用了半个月。 两周了。 有三周了。 一个月了。 半个多月吧。 "
            "十几天了。 有二十来天吧。 差不多一个月。 三个礼拜了。"
        ),
        "not_yet": (
            "还没用呢，一直放着。 还没来得及装。 卡还没激活。 还没开始用。 放家里没拆呢。 没装呢。 没呢，还放着。 "
            "还没用上，师傅没来装。 打不出去，一直用不了。"
        ),
    },
    "followup_sales.trouble": {
        "none": (
            "没有，都挺好。 没什么问题。 用得挺顺手的。 都正常。 挺好的，没遇到什么。 暂时没有。 用着还行。 没有没有。 "
            "都会用。 没有，都会用。 用得挺好。 没遇上什么问题。 还行，正常。"
        ),
        "signal": "就是家里信号不太好。 晚上上网有点卡。 电梯里没信号。 晚上网速慢。 卫生间里没有信号。 晚上看视频卡得很。",
        "fee": "这个月话费怎么多扣了？ 账单看着不对。 我想知道为什么扣了九块钱。 我那个账单看不懂，怎么这么多钱？",
        "operate": (
            "我不会设置那个呼叫转移。 不知道怎么查流量。 积分怎么兑？ 那个软件我不会下载。 怎么关那个彩铃？ "
            "我弄不来那个机顶盒。 不知道在哪里查话费。"
        ),
    },
    "followup_sales.help": {
        "now": "那你现在教我吧。 好的。",
        "visit": "你们派人来一趟吧。 我去营业厅弄。",
        "no": "不用了，我自己慢慢弄。 算了。",
    },
    "followup_sales.first_service": {
        "yes": "好的，帮我约上吧。 行，免费的就做一个。 周六上午可以。",
        "no": "不用了，没必要。 不需要。",
        "later": "过几天再说吧。 下个月再约。",
    },
    "followup_sales.reason": {
        "unclear": (
            "当时没说清楚还有合约。 跟营业厅讲的不一样。 没人告诉我要收这个钱。 当初说的跟现在不一样。 "
            "没给我讲合约的事。"
        ),
        "attitude": "那个人爱理不理的。 说话太冲了。 态度太冷淡。 营业员不爱搭理人。 讲话很冲。",
        "slow": "等了两个多小时。 太慢了，拖了一个星期。 说好上午来，结果没来。 从下单到装好等了八天。 师傅约好不来。",
        "price": "太贵了。 多扣了我二十块钱。 收费太高了。 莫名其妙扣了我三十块。",
        "quality": "信号不行，老断。 宽带还是掉线。 装完网速还是慢。 经常断网。",
        "procedure": "手续太麻烦，跑了三趟。 你们踢皮球。 又要身份证又要照片，折腾。",
        "unsaid": "算了，不想说了。 没什么好说的。",
    },
    "followup_sales.mend": {
        "redo": "你们赶紧派人来弄好。 给我重新处理。 赶快派个师傅来。 你们给我处理好就行。",
        "money": "总得减免点话费吧。 把多扣的退给我。 怎么着也得补我点话费。 退钱。",
        "explain": "把话说清楚就行。 给我个说法。 以后提前通知我。 跟我说明白为什么扣就行。 给我一个交代。",
        "apology": "让他给我道个歉。 至少道个歉吧。",
        "nothing": "算了，过去了。 不用了，下次注意就行。 没事了，不用。 算了算了，以后注意点。",
    },
    "followup_sales.recommend": {
        "would": (
            "会的，肯定会。 愿意啊。 我已经推荐给同事了。 可以，没问题。 有人问我就介绍。 会。 当然会。 好啊，没问题。 "
            "我都让我弟弟办了。 行，有机会推荐。 肯定推荐。 愿意愿意。 可以吧。 愿意的，蛮好的。 嗯会的。 "
            "我朋友都是我介绍的。 没问题，我跟他们说。 那肯定的呀。 行啊，可以推荐。 会啊，为什么不会。 "
            "愿意，服务好当然愿意。 我同事都问我呢，我会说的。"
        ),
        "maybe": (
            "看情况吧。 到时候再说。 不好说。 用用再看吧。 看看再说吧。 不一定。 这个说不好。 没想过。 等用一段再说。 "
            "看人家需不需要吧。 这个不一定的。 再用用看。 可能吧。 看看再说。 不好说呀。 以后再说吧。"
        ),
        "would_not": (
            "不会。 不太想推荐。 不敢推荐，怕挨骂。 算了吧。 不愿意。 怎么可能推荐。 不会推荐的。 不推荐。 "
            "我可不好意思推荐。 算了，不至于。 不太会。 那不会。 我不推荐。 我自己都不想用了，还推荐。 不太愿意。 "
            "没这个习惯。 这个价格怎么推荐啊，不会的。 不会吧。 不好意思，不太想。 不愿意推荐。 算了，不给别人添麻烦。"
        ),
        None: "我在开会，等等。",
    },
    "followup_sales.recommend_reason": {
        "price": "有点贵。",
        "quality": "信号不够好。",
        "service": "客服老打不通。",
        "habit": "我不习惯给别人推荐。",
        "unsaid": "没什么，就是不想。",
    },
    "followup_sales.others": {
        "none": (
            "没有了。 没什么，就这样吧。 暂时没有。 没。 没有别的了。 没啥了。 不用了，谢谢。 就这些。 没有。 "
            "没有没有，谢谢你。 没什么了。 都挺好的，没有。 没有，谢谢。 暂时没什么。 就这些吧，没了。"
        ),
        "some": (
            "我想问一下积分怎么查。 有个事，账单能不能发我邮箱？ 宽带还没给我提速。 建议你们营业厅多开几个窗口。 "
            "有，我想问问合约什么时候到期。 能不能给我换个便宜的？ 流量老是不够用，有什么办法？ 有一点小意见。 "
            "我想咨询一下携号转网。 那个积分是不是要过期了，怎么换？ 有个小建议。 我想问下，流量能不能结转？ "
            "对了，副卡怎么办？ 有啊，信号能不能加强一下。"
        ),
    },
    "followup_sales.keep": {
        "yes": (
            "可以啊。 有好的活动告诉我。 行，打给我吧。 好的，没问题。 欢迎。 嗯，可以。 有便宜的叫我。 好呀，可以。 "
            "行行行。 有优惠就说一声。"
        ),
        "message": "发短信就行。 别打电话，发微信吧。 微信上说吧。 发个短信给我就行。 发微信吧。 短信就可以了。",
        "no": "不用了。 别再打了。 没兴趣。 别打了，不需要。 不要老打电话。 不用。 不用了不用了。 别给我打电话。",
    },
    "followup_service.fixed": {
        "solved": (
            "修好了，当天就好了。 现在正常了。 好了好了，没再断。 嗯，解决了。 没问题了，网速挺快。 都好着呢。 "
            "弄好了，谢谢啊。 可以用了。 好了，没有再掉线。 早好了。 修好了，不卡了。 恢复了。 嗯，已经好了。 "
            "换了个光猫，好了。 现在没事了。 好的呢，现在网速杠杠的。 嗯，通了。 早就通了，师傅当天就弄完了。 "
            "没有再出问题。 用着没毛病。 这几天都没断过。 基本上好了。 已经正常使用了。 能上网了，谢谢。 "
            "嗯，好了好了。 没再掉过。 换了新的，稳定多了。 修得挺好，没问题。"
        ),
        "not": (
            "还没修好呢。 没人来修啊。 还是上不了网。 根本没解决。 修好什么呀，还那样卡。 不太稳定。 没有，还是那样。 "
            "哪里修好了，照样断。 没好。 师傅还没来呢。 还不行。 没有修好。 不好使。 没完全好。 到现在都没人联系我。 "
            "依然上不去。 好什么呀，今天早上还断了一次。 还没呢，师傅说缺配件。 没有，根本没弄好。 一样上不去网。 "
            "没解决啊。 不行啊，还是卡。 还在等呢，没人管。 没有弄好呀。 还是老断。 师傅来了说要等配件，还没修。 "
            "不行，用不了。"
        ),
        "again": (
            "好了两天又断了。 时好时坏的。 修完第二天又不行了。 好了没几天又坏了。 当时好了，第二天又掉线了。 "
            "修是修了，没过两天又坏了。 反反复复的。 有时候好有时候坏，时好时坏。 刚修完好了一天，现在又没信号了。 "
            "一会儿好一会儿不好。 又不行了。 老毛病又犯了。 修好三天又坏了。 时好时坏，烦死了。 好是好了，昨天又断了。"
        ),
        None: "师傅姓张是吧？ 你等下，我看看。 是什么故障来着？",
    },
    "followup_service.symptom": {
        "nobody": "一直没人来。",
        "dead": "完全上不了网。 光猫不亮。",
        "unstable": "晚上老掉线。 有时能用有时不能用。",
        "slow": "能用，就是慢。 看视频老转圈。",
    },
    "followup_service.again_when": {
        "soon": "今天就来吧，越快越好。 我一直在家。",
        "time": "周六上午吧。 明天下班以后。",
        "no": "不用来了，我自己弄。 算了，不修了。",
    },
    "followup_service.care": {
        "yes": "好的，谢谢提醒。 可以。",
        "no": "不用了。 没必要。",
    },
    "followup_complaint.solved": {
        "solved": (
            "解决了，钱退给我了。 处理好了，第二天就有人联系我了。 昨天到账了。 没问题了。 嗯，解决了。 钱退了。 "
            "已经给我处理了。 有人给我打电话道歉了。 办好了办好了。 处理了，钱到账了。 嗯，已经退给我了。 "
            "有位经理给我打过电话，说清楚了。 弄好了。 算是解决了，行了。 已经解决了。 退了，收到短信了。 "
            "嗯，你们经理来过电话，处理好了。"
        ),
        "unsolved": (
            "还没解决。 没人联系我啊。 解决什么呀，这个月又扣了。 根本没有答复。 你们就是推来推去。 还没给我退。 "
            "没有啊，一点动静都没有。 哪有人管啊，没人理我。 还在扣钱。 没呢，没处理。 解决了个啥。 一直没有结果。 "
            "还没到账。 没有，我还等着呢。 说给我退，到现在没退。 没有任何人联系我。 问题还在那儿。 你们根本没当回事。 "
            "这个月还是照扣。 没有解决。 没退啊。 谁也没给我打电话。 等了半个月没消息。 还是老样子，照扣不误。"
        ),
        "partly": (
            "退了一部分。 基本解决了，还差一点。 解决了一部分吧。 话费退了一半。 解决了一半吧，还差退款。 "
            "就退了一部分。"
        ),
    },
    "followup_complaint.open": {
        "money": "钱还没到账。",
        "answer": "没人给我回话。",
        "fault": "网还是断。",
    },
    "followup_complaint.deadline": {
        "ok": "行，那我等你电话。 好的。 好吧，我等着。 可以的。 行。",
        "too_late": "太久了，今天就给我办。 不行，我等不了。 还要等到明天？太慢了。 不行！",
        "doubt": "上次也是这么说的。 说得好听，到时候又没人管。 你们每次都这么说。",
    },
    "followup_complaint.stay": {
        "stay": "会的，用了这么多年了。 愿意。 继续用吧。 还会用的。 当然愿意。 用习惯了。 愿意，用习惯了。 会继续用的。",
        "depends": "看你们表现吧。 只要别再乱扣就行。 再看看吧。 看以后服务怎么样。 看情况。 要是再这样我就换。",
        "leave": (
            "不想用了，到期就换。 不会。 我准备转网了。 不会再用了。 伤心了，不用了。 不会了，到期我就走。 不想再用了。"
        ),
    },
    "followup_care.birthday": {
        "right": "对，就是那天，谢谢你们还记得。 是的。 没错。 是的呀，谢谢。 对，没错。",
        "changed": "不对，我过农历。 身份证上的是错的。 我过阴历的。 不是，那是身份证上的。",
        "private": "不用了，我不过生日。 这个不方便说。 不用准备了。",
    },
    "followup_care.inspection": {
        "yes": "可以，周六来吧。 好的，帮我约上。 下周三下午。 行，那周五上午来吧。 好呀，麻烦了。 免费的话就约一个。",
        "no": "不用，都挺好的。 不需要。 不用，我这挺好的。 没必要吧。",
        "later": "最近没空，改天吧。 下个月再说。 这周没空，下周再说。 到时候再看。",
    },
    "followup_care.event": {
        "yes": "好啊，给我留一个。 参加，带孩子去。 行啊，我去。 有兴趣，几个人？ 可以，给我留两个吧。",
        "no": "不去了，没时间。 不感兴趣。 我那天出差。 来不了。 算了，太远。 那天有事。",
        "maybe": "看情况吧。 在哪里啊？ 什么活动啊？ 到时候看吧。",
    },
    "followup_care.offer": {
        "yes": "什么优惠，你说说。 可以，讲讲吧。",
        "no": "不用了，够用。 又推销。 不太感兴趣。",
        "message": "你发短信给我看看。",
    },
    "followup_prospect.still": {
        "yes": (
            "还在考虑呢。 有兴趣，现在多少钱？ 想办，一直没空。 有这个打算。 嗯，还想办。 有需要的。 正打算去呢。 "
            "是啊，还没办呢。 在考虑，还没定。 想装啊，就是不知道多少钱。 有兴趣的。"
        ),
        "no": (
            "不考虑了。 暂时不需要。 没兴趣。 不要了。 用不着了。 没打算换。 先不办了。 不弄了。 现在没需要了。 "
            "不打算装了。"
        ),
        "undecided": (
            "还没想好。 再看看吧，跟家里商量一下。 在比较比较。 还在犹豫。 考虑考虑吧。 不急，过段时间再说。 "
            "还没决定呢。 再想想吧。"
        ),
        "elsewhere": (
            "我已经在移动办了。 上周装了联通的。 别家的，早办过了。 办过了，用的移动。 早就装了别家的。 我换了联通了。 "
            "装好了，装的移动。 已经买了别人家的。"
        ),
    },
    "followup_prospect.elsewhere_why": {
        "price": "他们便宜啊。",
        "quick": "楼下就能办，方便。",
        "network": "信号好一点。",
    },
    "followup_prospect.need": {
        "price": "肯定看价格啊。",
        "network": "网速，要打游戏。",
        "device": "想换个手机。",
        "all": "都看。",
    },
    "followup_prospect.hesitation": {
        "price": "月租还是贵了点。 就是觉得有点贵。",
        "tied": "现在的合约没到期。 那边合同还有半年才到期。",
        "number": "怕换号麻烦。 我怕换了号朋友找不到我。",
        "family": "得跟老婆商量。 要问问我爱人。",
        "none": "没什么顾虑。 也没什么，就是没顾上。",
        "time": "就是一直没时间去。",
    },
    "followup_prospect.when": {
        "soon": "这周末吧。 明天就去。 就这两天吧。 周末有空我过去。",
        "month": "下个月吧。 等合约到期。 过完年吧。 下个月发了工资。",
        "unsure": "不好说，看情况。 还不知道呢。 再看吧，不急。",
        "never": "不办了。 不打算办了。",
    },
}
ASKED: Mapping[str, Sentences] = {
    "followup_sales": {
        "owner": (
            "您好，请问是王先生吗？ 请问是机主本人吗？ 您好，我找李女士本人。 喂，您好，请问是陈女士吗？ "
            "您好，王先生是吗？ 这个号码是您本人在用吗？"
        ),
        "convenient": "想占用您两分钟做个回访，您看方便吗？ 您现在方便接电话吗？ 耽误您两分钟做个小调查可以吗？",
        "used_since": "这张卡您用了几天了？ 宽带装好以后用上了没有？ 您办的这个套餐用了多久了？",
        "sale": (
            "那天接待您的营业员，您觉得服务怎么样？ 给您办理的同事您还满意吗？ 营业厅那边服务怎么样，您满意吗？ "
            "当时办理的时候，工作人员的服务您满意吗？"
        ),
        "trouble": (
            "用下来有没有什么不会用的地方？ 手机用得还顺手吗？ 这几天用着怎么样，顺不顺？ 使用中有什么不明白的吗？ "
            "这段时间用着顺手吗？"
        ),
        "reason": "方便说说哪方面让您不满意吗？ 主要是哪里没做好？ 是哪方面让您觉得不好呢？ 能具体说说吗？",
        "mend": "您希望我们怎么处理？ 您看怎么做您能满意一些？",
        "recommend": (
            "您愿意把我们推荐给身边的朋友吗？ 如果同事要办宽带，您会推荐我们吗？ 那您会不会推荐给亲戚朋友呢？ "
            "您愿意介绍给朋友吗？ 要是朋友想办，您愿不愿意介绍给他？ 您会把我们推荐给家人吗？"
        ),
        "others": "您还有什么建议吗？ 还有没有别的问题要我帮您？ 您对我们有什么意见或者建议吗？",
        "keep": "以后有新活动我给您打个电话，可以吗？ 以后有新套餐我提前通知您，好吗？",
        "later": "那您看什么时候再打给您方便？",
        "first_service": "您的首月账单出来了，我帮您约个免费检测好吗？",
        None: (
            "好的，谢谢您的肯定。 办理本人业务要带身份证。 我先帮您记下来。 祝您生活愉快，再见。 您稍等，我查一下。 "
            "我是电信的客户经理小周。 您说得对，我记下来。 那我不打扰您了，祝您愉快。 好的，那我记录一下。 "
            "感谢您的支持。 这个我给您解释一下。 您的套餐是下个月生效。 您好，很高兴为您服务。 "
            "我帮您查到了，是九月到期。 不客气，应该的。 您放心，我今天就给您办。"
        ),
    },
    "followup_service": {
        "fixed": (
            "上次报的故障修好了吗？ 宽带现在恢复正常了吗？ 有没有再掉线？ 宽带修好了没有？ 现在网络正常了吗？ "
            "上次报的问题解决了吗？ 师傅走了以后还断过吗？ 您家宽带现在好了吗？"
        ),
        "symptom": "现在具体是什么情况？",
        "again_when": "我再约师傅上门，您哪天在家？ 那我重新安排师傅过去，您看周几有空？",
        "visit": (
            "上门的师傅服务您满意吗？ 维修师傅的态度怎么样？ 师傅上门准时吗，您还满意吗？ "
            "对我们维修人员的服务还满意吧？"
        ),
        "care": "半年后我提醒您做一次检测好吗？",
        None: "我马上给您报上去。 谢谢您的理解。 不好意思，给您添麻烦了。 师傅会提前给您打电话。 维修师傅马上就到。",
    },
    "followup_complaint": {
        "solved": (
            "您反映的问题解决了吗？ 多扣的钱退给您了吗？ 上次那件事处理好了吗？ 上回投诉的事现在处理得怎么样了？ "
            "退款收到了吗？"
        ),
        "handled": "整个处理过程您还满意吗？ 对我们的答复您满意吗？ 您对处理结果还满意吗？ 那您对这个处理结果满意吗？",
        "stay": "以后您还愿意继续用我们的服务吗？",
        "deadline": "我明天下午五点前给您答复，您看可以吗？",
        "open": "那现在还差哪一步没办？",
        None: "给您添麻烦了，我来跟进。 我已经给您催过了。",
    },
    "followup_care": {
        "wellbeing": "最近手机用得怎么样？ 最近宽带用着还顺吧？",
        "birthday": "您的生日是下周六对吧？",
        "inspection": "家里的光猫该做免费检测了，给您约个时间好吗？",
        "event": "周末有个老客户活动，想请您来参加。",
        "offer": "这个月有个优惠，您想不想了解一下？",
    },
    "followup_prospect": {
        "still": "您上次咨询过宽带，现在还考虑吗？",
        "elsewhere_why": "能问问您看中他们哪一点吗？",
        "need": "您最看重的是什么？",
        "hesitation": "您主要还有什么顾虑？",
        "when": "您打算什么时候装？",
    },
}


def in_question(scene_id: str, question: str | None = None, *, asked: bool = True) -> CallState:
    """A call of this scene in which this question is the one at hand."""
    ref = PlaybookRef("test", "1")
    began = CallStarted(
        at=0, source="test", scene=scene_id, playbook=ref, started_at="2026-01-05T10:00:00+08:00", engine="none"
    )
    state = fold(CallState(), began)
    if question is not None:
        state = fold(state, QuestionDue(at=1, questionnaire=scene_id, question=question))
        heard = Signal(signal="asked", label=f"{scene_id}.{question}", score=1.0, utterance="a1")
        state = fold(state, Signalled(at=1, signal=heard)) if asked else state
    return state


def said(text: str, channel: Channel) -> Transcript:
    return Transcript(utterance="u1", channel=channel, revision=1, span=Span(0, 16000), text=text, final=True)


def labels(questionnaires: Questionnaires, text: str, channel: Channel, state: CallState) -> list[str]:
    """The last part of each label."""
    found = list(questionnaires.classify(said(text, channel), state))
    wanted = "asked" if channel is Channel.AGENT else "answer"
    assert {judgement.signal.signal for judgement in found} <= {wanted}
    return [judgement.signal.label.rsplit(".", 1)[1] for judgement in found]


@pytest.fixture(scope="module")
def bundled(playbook: Playbook) -> Questionnaires:
    return Questionnaires(playbook)


def answers() -> Iterator[tuple[str, str | None, str]]:
    for question, sentences in (*ANSWERS.items(), *((name, SATISFACTION) for name in SATISFACTION_QUESTIONS)):
        for option, texts in sentences.items():
            yield from ((question, option, text) for text in texts.split())


@pytest.mark.parametrize("name", [*ANSWERS, *SATISFACTION_QUESTIONS])
def test_answers_are_read_from_natural_speech(bundled: Questionnaires, name: str) -> None:
    scene_id, question = name.split(".")
    state = in_question(scene_id, question)
    wrong = []
    for text, option in [(text, option) for asked, option, text in answers() if asked == name]:
        found = labels(bundled, text, Channel.CUSTOMER, state)
        if found != ([option] if option else []):
            wrong.append((text, option, found))
    assert wrong == []


@pytest.mark.parametrize("scene_id", list(ASKED))
def test_the_agents_questions_are_recognised(bundled: Questionnaires, scene_id: str) -> None:
    wrong = []
    for question, texts in ASKED[scene_id].items():
        for text in texts.split():
            found = labels(bundled, text, Channel.AGENT, in_question(scene_id))
            if found != ([question] if question else []):
                wrong.append((text, question, found))
    assert wrong == []


def test_every_question_can_be_reached_and_every_branch_leads_somewhere(playbook: Playbook) -> None:
    for one in playbook.questionnaires:
        reached, open_ = set[str](), [one.questions[0].id]
        while open_:
            question = one.question(open_.pop())
            if question.id not in reached:
                reached.add(question.id)
                open_ += [option.then for option in question.options if option.then is not None]
        assert reached == {question.id for question in one.questions}


def test_the_line_of_a_question_is_heard_as_that_question(playbook: Playbook, bundled: Questionnaires) -> None:
    """An agent who reads out what stands on the screen is understood."""
    wrong = []
    for entry in playbook.entries:
        if entry.id.startswith("question."):
            _, scene_id, question = entry.id.split(".")
            line = fill(entry.say, {})
            if labels(bundled, line, Channel.AGENT, in_question(scene_id, question, asked=False)) != [question]:
                wrong.append((entry.id, line))
    assert wrong == []


# --- rules ---------------------------------------------------------------------------------------------------------


def option(option_id: str, *heard: str) -> Option:
    return Option(option_id, option_id, Phrases(heard))


NO, YES = option("no", "没修好"), option("yes", "修好", "好", "对")
SMALL = Questionnaire(
    "small",
    ("U6",),
    "小问卷",
    ("visit",),
    (
        Question("fixed", "修好", "修好了吗", Phrases(("修好了吗", "还好吗")), (NO, YES)),
        Question(
            "happy",
            "满意",
            "满意吗",
            Phrases(("满意吗", "还好吗")),
            (option("yes", "满意", "对"), option("also", "对")),
        ),
    ),
)


FIXED = QuestionAnswered(at=2, questionnaire="small", question="fixed", answer="yes", result=None, utterance="c1")


@pytest.fixture
def small() -> Questionnaires:
    book = tiny()
    scenes = {**book.scenes, "visit": scene("visit", "M2")}
    return Questionnaires(replace(book, scenes=scenes, questionnaires=(SMALL,)))


def state_of(question: str | None, *, asked: bool = True) -> CallState:
    state = in_question("visit")
    if question is None:
        return state
    state = fold(state, QuestionDue(at=1, questionnaire="small", question=question))
    heard = Signal(signal="asked", label=f"small.{question}", score=1.0, utterance="a1")
    return fold(state, Signalled(at=1, signal=heard)) if asked else state


def test_a_call_without_a_questionnaire_or_a_question_at_hand_hears_nothing(small: Questionnaires) -> None:
    assert labels(small, "修好了吗？", Channel.AGENT, in_question("renewal")) == []
    assert labels(small, "修好了。", Channel.CUSTOMER, state_of(None)) == []


def test_a_judgement_names_the_words(small: Questionnaires) -> None:
    (judgement,) = small.classify(said("那个修好了。", Channel.CUSTOMER), state_of("fixed"))
    signal = judgement.signal
    assert (signal.signal, signal.label, signal.score, signal.utterance) == ("answer", "small.fixed.yes", 1.0, "u1")
    assert signal.evidence[0].why == "听到“修好”"
    assert signal.evidence[0].utterance == "u1"


def test_the_longest_match_wins_and_on_equal_the_first_listed(small: Questionnaires) -> None:
    assert labels(small, "还没修好。", Channel.CUSTOMER, state_of("fixed")) == ["no"]
    assert labels(small, "对。", Channel.CUSTOMER, state_of("happy")) == ["yes"]


def test_a_short_word_answers_only_a_question_that_was_heard(small: Questionnaires) -> None:
    assert labels(small, "对。", Channel.CUSTOMER, state_of("happy", asked=False)) == []
    assert labels(small, "没修好。", Channel.CUSTOMER, state_of("fixed", asked=False)) == ["no"]


def test_an_answered_question_takes_no_second_answer(small: Questionnaires) -> None:
    state = state_of("fixed")
    assert labels(small, "没修好。", Channel.CUSTOMER, fold(state, FIXED)) == []


def test_questions_come_in_the_order_in_which_they_were_asked(small: Questionnaires) -> None:
    assert labels(small, "您还满意吗？都修好了吗？", Channel.AGENT, state_of(None)) == ["happy", "fixed"]


def test_words_of_two_questions_ask_the_one_at_hand_or_else_one_that_is_open(small: Questionnaires) -> None:
    assert labels(small, "还好吗？", Channel.AGENT, state_of(None)) == ["fixed"]
    assert labels(small, "还好吗？", Channel.AGENT, state_of("happy")) == ["happy"]
    assert labels(small, "还好吗？", Channel.AGENT, fold(state_of("fixed"), FIXED)) == ["happy"]


# --- a whole call-back -----------------------------------------------------------------------------------------------


def play(playbook: Playbook, scene_id: str, *lines: str) -> Call:
    """A call in which agent (客) and customer (户) take turns."""
    call = Call(playbook, [Questionnaires(playbook), Steps(playbook)], scene_id=scene_id)
    for i, line in enumerate(lines):
        side = call.agent if line[0] == "客" else call.customer
        side(line[2:], 6 * i + 1, 6 * i + 6)
    call.end()
    return call


def given(call: Call) -> dict[str, str]:
    return {event.question: event.answer for event in call.of(QuestionAnswered)}


def due(call: Call) -> list[str]:
    return [event.question for event in call.of(QuestionDue)]


def test_a_call_back_after_a_repair_that_went_well(playbook: Playbook) -> None:
    call = play(
        playbook,
        "followup_service",
        "客：您好，请问是王先生吗？",
        "户：对，我是。",
        "客：我是电信的客户经理小周，想占用您两分钟做个回访，您现在方便吗？",
        "户：方便，你说吧。",
        "客：上次报修的宽带现在修好了吗？",
        "户：修好了，当天就好了。",
        "客：太好了。上门的师傅服务您还满意吗？",
        "户：挺满意的，小伙子很热情。",
        "客：谢谢您。半年后我提醒您做一次检测，好吗？",
        "户：好的，可以。",
        "客：身边朋友要是也想装宽带，您愿意推荐我们吗？",
        "户：会的，我跟同事都说过。",
        "客：您还有什么别的问题要我帮您反映的吗？",
        "户：没有了，谢谢。",
        "客：谢谢您的配合，祝您生活愉快，再见。",
    )
    assert given(call) == {
        "owner": "me",
        "convenient": "yes",
        "fixed": "solved",
        "visit": "satisfied",
        "care": "yes",
        "recommend": "would",
        "others": "none",
    }
    assert due(call) == ["owner", "convenient", "fixed", "visit", "care", "recommend", "others"]
    (ended,) = call.of(CallEnded)
    results = {answer.question: answer.result for answer in ended.summary.answers}
    assert results["owner"] == "contact_right"
    assert results["visit"] == "satisfied"
    assert results["recommend"] == "would_recommend"


def test_a_call_back_after_a_repair_that_went_wrong_takes_the_other_branch(playbook: Playbook) -> None:
    call = play(
        playbook,
        "followup_service",
        "客：您好，请问是李女士吗？",
        "户：是的。",
        "客：我是电信的小陈，想耽误您两分钟，现在方便吗？",
        "户：可以。",
        "客：上次报的故障修好了吗？",
        "户：好了两天又断了。",
        "客：您别急，现在具体是什么情况？",
        "户：晚上老掉线，一阵一阵的。",
        "客：我请师傅再去一趟，您哪天在家？",
        "户：周六上午吧。",
        "客：记下了。上次来的师傅，您对他的服务满意吗？",
        "户：不太满意，修完就走了。",
        "客：您慢慢说，主要是哪里让您不满意？",
        "户：没跟我说清楚是什么毛病。",
        "客：您看我们怎么做您心里能舒服些？",
        "户：下次给我讲清楚就行。",
    )
    answers = given(call)
    assert answers["fixed"] == "again"
    assert answers["symptom"] == "unstable"
    assert answers["again_when"] == "time"
    assert answers["visit"] == "dissatisfied"
    assert answers["reason"] == "unclear"
    assert answers["mend"] == "explain"
    assert due(call)[-1] == "care"


def test_a_wrong_number_ends_the_questionnaire(playbook: Playbook) -> None:
    call = play(
        playbook,
        "followup_complaint",
        "客：您好，请问是周先生吗？",
        "户：你打错了吧，这号码我刚买的。",
        "客：打扰您了，再见。",
    )
    assert given(call) == {"owner": "wrong"}
    assert due(call) == ["owner"]


def test_who_is_busy_is_asked_for_another_time(playbook: Playbook) -> None:
    call = play(
        playbook,
        "followup_sales",
        "客：您好，我是电信小林，想占用您两分钟做个回访，方便吗？",
        "户：我在开会，不太方便。",
        "客：那不耽误您，您看什么时候再给您打方便？",
        "户：明天下午吧。",
        "客：好的，再见。",
    )
    assert given(call) == {"convenient": "busy", "later": "time"}
    assert due(call) == ["convenient", "later"]


def test_three_weeks_after_a_purchase_the_first_service_is_offered(playbook: Playbook) -> None:
    call = play(
        playbook,
        "followup_sales",
        "客：您好，请问是机主本人吗？",
        "户：我就是。",
        "客：想占用您两分钟，现在方便吗？",
        "户：行，你说。",
        "客：套餐开通以后，您用了多久了？",
        "户：快一个月了。",
        "客：首月账单出来了，我给您约个免费检测，好吗？",
        "户：行，帮我约上吧。",
    )
    assert given(call)["used_since"] == "weeks"
    assert given(call)["first_service"] == "yes"
    assert due(call)[-1] == "trouble"
    assert "sale" not in due(call)
