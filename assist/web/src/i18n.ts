import { computed, ref, watchEffect } from 'vue'

import type { CueKind } from './wire'

export type Language = 'zh' | 'en'

const zh = {
  title: '坐席副驾驶',
  switchTo: 'EN',
  switchLabel: 'Switch to English',
  switchLanguageTag: 'en',
  link: { connecting: '正在连接', open: '已连接', reconnecting: '正在重连', stopped: '副驾驶已停止', refused: '链接已失效', no_token: '未登录' },
  stoppedHelp: '请重新启动程序，用它打印的新链接打开本页。',
  gate: {
    no_token: { title: '请用程序打印的链接打开', text: '本页需要一次性口令。请重新启动副驾驶，点开它在终端里打印的链接。' },
    refused: { title: '链接已失效', text: '这个链接属于上一次运行。请重新启动副驾驶，点开它新打印的链接。' },
  },
  waiting: { title: '等待来电', text: '通话开始后，提示、阶段和双方的话会出现在这里。' },
  phase: { ended: '已结束' },
  clock: '通话时间',
  hold: (time: string) => `保持中 ${time}`,
  deadAir: (s: string) => `已沉默 ${s} 秒`,
  agent: '坐席',
  customer: '客户',
  both: '双方',
  speaking: '正在说',
  quote: (text: string) => `「${text}」`,
  semicolon: '；',

  scene: '场景',
  sceneOpen: '场景待识别',
  sceneByHand: '手动设定的场景',
  sceneInferred: (percent: number) => `识别出的场景，把握 ${percent}%`,
  prepare: (n: number) => `通话准备 ${n} 项`,
  recipe: (title: string) => `步骤：${title}`,
  answers: '回访问卷',

  cues: '提示',
  noCue: '暂无提示',
  cueKind: { say: '可以说', ask: '问一句', do: '去做', avoid: '别这样说', info: '知道一下' } satisfies Record<CueKind, string>,
  accept: '采用',
  accepted: '已采用',
  actedOn: '已说到',
  dismiss: '不用',
  because: '因为',
  row: (id: string) => `手册 ${id}`,
  toLine: '看原话',

  alarm: '禁语提醒',
  youSaid: '您说了',
  sayInstead: '改说',
  severity: { high: '严重', medium: '注意', low: '轻微' } as Record<string, string>,

  stage: '通话阶段',
  stageOf: (at: number, all: number) => `${at}/${all}`,
  nextStage: '下一步',
  steps: '本阶段要点',
  stepDone: '已完成',
  stepTodo: '未完成',
  optional: '可选',
  owed: '前面还缺',
  doNever: '该做与忌做',
  doThis: '该做',
  neverThis: '忌做',

  customerCard: '客户',
  type: '客户类型',
  typeUnknown: '类型待判断',
  typeNone: '不定类型',
  typeUnknownWhy: '听到的还不够，说话越多越准。',
  typeByHand: '手动',
  typeByHandWhy: '您手动设定的，不再自动判断；想换就再选。',
  typeHeardBefore: '设定之前听到的依据',
  evidence: '依据',
  intent: '来意',
  hint: '说的是这通电话里的说话方式，不是给这个人下结论；仅供沟通参考，不入客户档案',

  handling: { now: '立刻处理', defer: '延后处理' } as Record<string, string>,
  noticed: '留意',
  promises: '承诺',
  noDeadline: '未说时限',
  due: (time: string) => `${time} 前`,
  times: (n: number) => `${n} 次`,

  transcript: '对话',
  transcriptEmpty: '还没有人说话。',
  latest: '回到最新',
  partial: '识别中',
  suspect: '此句识别存疑',
  corrected: '已更正：',
  forbidden: '禁语',
  pause: {
    hold: (s: string) => `保持 ${s} 秒`,
    dead_air: (s: string) => `沉默 ${s} 秒`,
    gap: (s: string, who: string) => `${who}音频缺 ${s} 秒`,
  },

  summary: '本次通话',
  talk: '说话比例',
  stageTimes: '各阶段用时',
  findings: '需要复核',
  noFindings: '没有需要复核的地方。',
  findingKind: { forbidden: '禁语', behaviour: '行为', objection: '异议' } as Record<string, string>,
  needs: '客户需求',
  outcome: '结果',
  noSpeech: '没有听到说话',

  notices: '运行情况',
  gapReason: { not_recorded: '录音里没有', damaged_packet: '数据损坏' } as Record<string, string>,
  behind: (s: string) => `识别落后约 ${s} 秒，文字会晚到，不会丢`,
  lost: (s: string, n: number, reason: string) => `音频缺失共 ${s} 秒，${n} 处（${reason}）`,
  component: {
    asr: '识别',
    engine: '识别',
    classifier: '分析',
    classifiers: '分析',
    playbook: '提示',
    cue: '提示',
    audio: '录音',
    capture: '录音',
    source: '录音',
    store: '保存',
    log: '保存',
    sink: '输出',
    server: '服务',
  } as Record<string, string>,
  paused: '暂停',
  halted: '已停止',
  recovered: '曾中断，已恢复',
  problem: {
    not_json: '收到一条读不懂的消息',
    record: '有一条记录没能显示',
    version: '副驾驶已升级，请刷新本页',
    page: '页面有一处没能显示，请刷新本页',
  } as Record<string, string>,
  colon: '：',
}

type Strings = typeof zh

const en: Strings = {
  title: 'Agent copilot',
  switchTo: '中',
  switchLabel: '切换为中文',
  switchLanguageTag: 'zh-CN',
  link: { connecting: 'Connecting', open: 'Connected', reconnecting: 'Reconnecting', stopped: 'Copilot stopped', refused: 'Link not valid', no_token: 'Not signed in' },
  stoppedHelp: 'Start the program again and open this page with the new link it prints.',
  gate: {
    no_token: { title: 'Open this page with the printed link', text: 'This page needs a one-time token. Start the copilot again and follow the link that it prints in the terminal.' },
    refused: { title: 'This link is no longer valid', text: 'It belongs to an earlier run. Start the copilot again and follow the new link that it prints.' },
  },
  waiting: { title: 'Waiting for a call', text: 'Cues, stages and both sides of the talk appear here once it begins.' },
  phase: { ended: 'Ended' },
  clock: 'Call time',
  hold: (time) => `On hold ${time}`,
  deadAir: (s) => `Silent for ${s} s`,
  agent: 'Agent',
  customer: 'Customer',
  both: 'Both sides: ',
  speaking: 'speaking',
  quote: (text) => `“${text}”`,
  semicolon: '; ',

  cues: 'Cues',
  noCue: 'No cue right now',
  cueKind: { say: 'Say', ask: 'Ask', do: 'Do', avoid: 'Do not say', info: 'Note' },
  accept: 'Use',
  accepted: 'Taken',
  actedOn: 'Said',
  dismiss: 'Dismiss',
  because: 'Because',
  row: (id) => `Handbook ${id}`,
  toLine: 'Show the line',
  scene: 'Kind of call',
  sceneOpen: 'Kind of call not known yet',
  sceneByHand: 'Kind of call set by hand',
  sceneInferred: (percent) => `Kind of call inferred, ${percent}% sure`,
  prepare: (n) => `To prepare: ${n}`,
  recipe: (title) => `Steps: ${title}`,
  answers: 'Questionnaire',

  alarm: 'Forbidden phrase',
  youSaid: 'You said',
  sayInstead: 'Say instead',
  severity: { high: 'serious', medium: 'caution', low: 'minor' },

  stage: 'Stage of the call',
  stageOf: (at, all) => `${at}/${all}`,
  nextStage: 'Next',
  steps: 'Steps of this stage',
  stepDone: 'done',
  stepTodo: 'not done',
  optional: 'optional',
  owed: 'Still missing from before',
  doNever: 'Do and never do',
  doThis: 'Do',
  neverThis: 'Never',

  customerCard: 'Customer',
  type: 'Type of customer',
  typeUnknown: 'Type not known yet',
  typeNone: 'No type',
  typeUnknownWhy: 'Too little has been heard so far.',
  typeByHand: 'by hand',
  typeByHandWhy: 'You set it by hand; nothing is inferred any more. Choose again to change it.',
  typeHeardBefore: 'Heard before it was set',
  evidence: 'Evidence',
  intent: 'Wants',
  hint: 'A manner of speaking in this call, no verdict on the person; a hint for this talk, kept in no customer file',

  handling: { now: 'handle now', defer: 'handle later' },
  noticed: 'Noticed',
  promises: 'Promises',
  noDeadline: 'no deadline said',
  due: (time) => `by ${time}`,
  times: (n) => `${n} times`,

  transcript: 'Transcript',
  transcriptEmpty: 'Nobody has spoken yet.',
  latest: 'Back to latest',
  partial: 'being recognised',
  suspect: 'This line may be misheard',
  corrected: 'Put right: ',
  forbidden: 'Forbidden',
  pause: {
    hold: (s) => `On hold for ${s} s`,
    dead_air: (s) => `Silence of ${s} s`,
    gap: (s, who) => `${who} ${s} s of audio missing`,
  },

  summary: 'This call',
  talk: 'Share of talk',
  stageTimes: 'Time per stage',
  findings: 'To review',
  noFindings: 'Nothing to review.',
  findingKind: { forbidden: 'Forbidden', behaviour: 'Behaviour', objection: 'Objection' },
  needs: 'Needs',
  outcome: 'Outcome',
  noSpeech: 'No speech was heard',

  notices: 'Condition',
  gapReason: { not_recorded: 'not in the recording', damaged_packet: 'damaged data' },
  behind: (s) => `Recognition is about ${s} s behind; the text comes late but it comes`,
  lost: (s, n, reason) => `${s} s of audio missing in ${n} ${n === 1 ? 'place' : 'places'} (${reason})`,
  component: {
    asr: 'Recognition',
    engine: 'Recognition',
    classifier: 'Analysis',
    classifiers: 'Analysis',
    playbook: 'Cues',
    cue: 'Cues',
    audio: 'Capture',
    capture: 'Capture',
    source: 'Capture',
    store: 'Storage',
    log: 'Storage',
    sink: 'Output',
    server: 'Server',
  },
  paused: ' paused',
  halted: ' stopped',
  recovered: ' was interrupted and works again',
  problem: {
    not_json: 'A message arrived that cannot be read',
    record: 'One record could not be shown',
    version: 'The copilot is newer than this page: reload it',
    page: 'A part of the page could not be shown: reload it',
  },
  colon: ': ',
}

const KEY = 'assist.language'

function remembered(): Language {
  try {
    return localStorage.getItem(KEY) === 'en' ? 'en' : 'zh'
  } catch {
    return 'zh' // storage is switched off
  }
}

export const language = ref<Language>(remembered())
/** Every word of the interface, in the language chosen. */
export const t = computed<Strings>(() => (language.value === 'en' ? en : zh))
/** Both languages, the chosen one first, for the few sentences that must reach a reader of either. */
export const both = computed(() => {
  const chinese = { tag: 'zh-CN', words: zh }
  const english = { tag: 'en', words: en }
  return language.value === 'en' ? [english, chinese] : [chinese, english]
})

export function switchLanguage(): void {
  language.value = language.value === 'en' ? 'zh' : 'en'
  try {
    localStorage.setItem(KEY, language.value)
  } catch {
    // Not remembered then; the switch itself still works.
  }
}

/** Screen readers choose their voice, and browsers their line breaks, by the language of the document. */
export function followLanguage(): void {
  watchEffect(() => {
    document.documentElement.lang = language.value === 'en' ? 'en' : 'zh-CN'
    document.title = t.value.title
  })
}

/** A moment as the clock on the wall of the call showed it, as in 11月22日 18:00; the words as given when they are no date. */
export function moment(iso: string): string {
  // Not turned into this machine's zone: "by six" means six where the customer is.
  const [, month, day, time] = /^\d{4}-(\d\d)-(\d\d)T(\d\d:\d\d)/.exec(iso) ?? []
  if (!month || !day || !time) return iso
  return language.value === 'en' ? `${MONTHS[Number(month) - 1]} ${Number(day)}, ${time}` : `${Number(month)}月${Number(day)}日 ${time}`
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
