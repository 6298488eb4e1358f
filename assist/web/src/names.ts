import { language } from './i18n'
import type { Playbook } from './playbook'
import { lookup } from './text'

// The names of the label ids, for as long as the playbook's own are not there, and for readers of English.
const BUILT_IN = {
  customer_types: { power: ['力量型', 'Power'], lively: ['活泼型', 'Lively'], perfect: ['完美型', 'Perfect'], peaceful: ['和平型', 'Peaceful'] },
  objection_kinds: { real: ['真实异议', 'real'], false: ['假异议', 'an excuse'], hidden: ['隐藏异议', 'hidden'] },
  objection_topics: {
    price: ['资费', 'price'],
    competitor: ['竞争对手', 'competitor'],
    network: ['网络信号', 'network'],
    device: ['终端', 'device'],
    billing: ['账单扣费', 'billing'],
    service: ['服务问题', 'service'],
    contract: ['合约限制', 'contract'],
    need: ['没有需求', 'no need'],
    time: ['没时间', 'no time'],
    trust: ['不信任', 'trust'],
    number: ['号码换号', 'number'],
  },
  intents: {
    churn: ['离网销户', 'to leave'],
    complain: ['投诉', 'to complain'],
    consult: ['咨询', 'advice'],
    query: ['查询', 'information'],
    book: ['订购办理', 'to order'],
    fault: ['报障', 'to report a fault'],
    renew: ['续约', 'to renew'],
    compensate: ['索赔', 'compensation'],
    escalate: ['找领导或外部投诉', 'to escalate'],
    unrelated: ['与业务无关', 'something unrelated'],
  },
  emotions: { calm: ['平静', 'calm'], upset: ['不满', 'upset'], angry: ['愤怒', 'angry'] },
  forbidden_categories: {
    disrespect: ['伤害自尊人格', 'disrespect'],
    insult: ['粗俗骂人口头禅', 'insult'],
    threat: ['威胁放狠话', 'threat'],
    blame: ['埋怨归咎客户', 'blame'],
    contradict: ['顶撞反驳教训', 'contradiction'],
    provoke: ['刺激激化矛盾', 'provocation'],
    interrogate: ['质问', 'interrogation'],
    command: ['命令式', 'command'],
    evade: ['推诿搪塞', 'evasion'],
    belittle: ['让客户觉得自己笨', 'belittling'],
    dismissive: ['无所谓敷衍', 'dismissive'],
    hasty_end: ['草率结束', 'hasty end'],
    overpromise: ['随便许诺', 'overpromise'],
    churn_leak: ['说破怕客户离网', 'churn leak'],
    self_harm: ['自揭公司短处或甩锅同事', 'self-harm'],
    jargon: ['行话术语不解释', 'jargon'],
  },
  behaviours: {
    no_greeting: ['开场白缺问候/自报家门/服务意愿之一', 'Greeting incomplete'],
    no_permission: ['没问是否方便就继续', 'Went on without asking permission'],
    pitch_before_discovery: ['没了解使用情况就推介', 'Pitched before asking about usage'],
    no_backchannel: ['客户连说三句没有回应', 'No response to three customer sentences'],
    monologue: ['一口气讲太多不停顿不检查', 'Long talk without a check'],
    interrupts: ['打断客户', 'Interrupts the customer'],
    talks_too_much: ['听说比偏离七比三', 'Talks more than listens'],
    pace_mismatch: ['语速与客户不匹配', 'Pace differs from the customer’s'],
    loudness_mismatch: ['音量与客户不匹配', 'Volume differs from the customer’s'],
    dead_air: ['长时间没人说话', 'Long silence'],
    question_pileup: ['一次问多个问题', 'Several questions at once'],
    no_empathy: ['客户有情绪时没有先安抚', 'No empathy before going on'],
    no_reason_confirmed: ['没确认离网/不满原因就给方案', 'Offer before the reason was confirmed'],
    agrees_with_complaint: ['顺着客户附和公司没做好', 'Agrees that the company did badly'],
    no_acceptance_check: ['给了方案不问能否接受', 'Offer without asking if it suits'],
    no_second_offer: ['第一次被拒后没有二次挽留', 'No second offer after a no'],
    no_numbers: ['推介没有数字对比', 'Offer without figures'],
    no_recap: ['结束前没有确认要点', 'No recap before the end'],
    no_thanks: ['没有感谢道别', 'No thanks at the end'],
    agent_hangs_up_first: ['主动结束拜访', 'Agent hangs up first'],
    promise_without_deadline: ['承诺没有时限', 'Promise without a deadline'],
    early_apology: ['被动离网第一步马上道歉', 'Apologised at once'],
  },
  stages: {
    prepare: ['准备', 'Prepare'],
    greeting: ['问候/开场白', 'Greeting'],
    neutral_response: ['智慧中立的回应', 'Neutral response'],
    handle_emotion: ['处理客户情绪', 'Handle emotion'],
    gather_info: ['获取信息/提问', 'Gather information'],
    confirm_reason: ['了解/确认离网原因', 'Confirm the reason'],
    analyse: ['分析客户问题', 'Analyse'],
    propose: ['推介方案', 'Propose'],
    check_acceptance: ['检查客户接受程度', 'Check acceptance'],
    second_offer: ['二次挽留', 'Second offer'],
    agree: ['达成协议/促成', 'Agree'],
    closing: ['送别', 'Closing'],
    record: ['记录', 'Record'],
    follow_up: ['跟进', 'Follow up'],
  },
  scenes: {
    early_warning: ['预警挽留', 'Early warning'],
    renewal: ['到期续约', 'Renewal'],
    churn_outbound: ['主动拆机挽留', 'Retention, outbound'],
    churn_inbound: ['被动拆机挽留', 'Retention, inbound'],
    low_usage: ['低零话务提升', 'Low usage'],
    bill_reminder: ['话费提醒', 'Bill reminder'],
    competitor_misled: ['竞争对手误导客户', 'Misled by a competitor'],
    competitor_offer: ['竞争对手推出重大优惠', 'Competitor’s offer'],
    unresolved_problem: ['客户的问题没有及时解决', 'Unresolved problem'],
    work_error: ['工作失误导致客户情绪/离网', 'Our mistake'],
    device_problem: ['终端问题导致客户情绪/离网', 'Device problem'],
    competitor_vpn: ['客户已使用竞争对手VPN', 'Uses a competitor’s VPN'],
    unreasonable: ['客户抱怨、挑衅、无理取闹', 'Unreasonable customer'],
    marketing: ['主动营销', 'Marketing'],
    complaint: ['投诉与异议处理', 'Complaint'],
    inbound_consult: ['呼入咨询', 'Inbound advice'],
    inbound_booking: ['呼入预订办理', 'Inbound order'],
    inbound_unrelated: ['呼入与服务无关', 'Inbound, unrelated'],
    followup_sales: ['售后三日回访', 'Call-back after a sale'],
    followup_service: ['维修服务回访', 'Call-back after a repair'],
    followup_complaint: ['投诉处理回访', 'Call-back after a complaint'],
    followup_care: ['关怀/提醒/活动回访', 'Care call'],
    followup_prospect: ['潜在客户回访', 'Call to a prospect'],
  },
} satisfies Record<string, Record<string, [string, string]>>

export type Space = keyof typeof BUILT_IN

/** The name of a label id in the language chosen; the id itself when nobody has named it. */
export function nameOf(playbook: Playbook | null, space: Space, id: string): string {
  const own = lookup<[string, string]>(BUILT_IN[space], id)
  const chinese = lookup(playbook?.labels[space], id) ?? own?.[0] ?? id
  return language.value === 'en' ? (own?.[1] ?? chinese) : chinese
}

/** The name of something that carries both itself; Chinese where there is no English. */
export function ownName(named: { zh: string; en?: string }): string {
  return language.value === 'en' && named.en ? named.en : named.zh
}

/** Where only an id is known, its last part says most: neutral_response.ask_name is "ask name". */
export function bareName(id: string): string {
  return id.slice(id.lastIndexOf('.') + 1).replaceAll('_', ' ')
}
