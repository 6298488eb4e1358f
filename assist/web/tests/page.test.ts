import { beforeEach, describe, expect, it } from 'vitest'
import { createSSRApp } from 'vue'
import { renderToString } from 'vue/server-renderer'

import App from '../src/App.vue'
import { fold } from '../src/fold'
import { language, switchLanguage } from '../src/i18n'
import { createStore, storeKey, type Store } from '../src/store'
import { caller } from './records'

const HOSTILE = '<img src=x onerror=alert(1)>'

let store: Store
const page = () => renderToString(createSSRApp(App).provide(storeKey, store))

beforeEach(() => {
  store = createStore('ws://127.0.0.1:1/ws')
  store.link.value = 'open'
  if (language.value !== 'zh') switchLanguage()
})

describe('what others wrote', () => {
  it('stays text in every place where it shows', async () => {
    const { started, say, show, make } = caller()
    const evidence = [{ why: HOSTILE, utterance: 'u1' }, { why: HOSTILE }]
    const records = [
      { ...started(), scene: HOSTILE },
      say('u1', HOSTILE, { channel: 'agent' }),
      make(1, 'signalled', { signal: 'emotion', label: HOSTILE, score: 1, utterance: 'u1', evidence: [] }),
      make(1, 'signalled', { signal: 'intent', label: HOSTILE, score: 1, utterance: 'u1', evidence: [] }),
      make(1, 'customer_type_changed', { type: HOSTILE, probabilities: { [HOSTILE]: 1 }, evidence }),
      make(1, 'objection_raised', { utterance: 'u1', topic: HOSTILE, objection: HOSTILE, handling: HOSTILE, score: 1, evidence }),
      make(1, 'forbidden_said', { utterance: 'u1', category: HOSTILE, severity: HOSTILE, matched: HOSTILE, say_instead: HOSTILE, via: 'exact', score: 1 }),
      make(1, 'behaviour_noticed', { rule: HOSTILE, since_ms: 0, evidence }),
      make(1, 'stage_entered', { model: 'M3', stage: HOSTILE, done: [HOSTILE], missing: [HOSTILE] }),
      make(1, 'commitment_made', { utterance: 'u1', what: HOSTILE, deadline: HOSTILE, due: null }),
      make(1, 'fault', { component: HOSTILE, code: HOSTILE, message: HOSTILE, recoverable: true }),
      make(1, 'audio_gap', { channel: null, start_ms: 0, end_ms: 1, lost_ms: 1, reason: HOSTILE }),
      show('a', { title: HOSTILE, say: HOSTILE, source: HOSTILE, because: evidence }),
      show('b', { kind: 'avoid', title: HOSTILE, say: HOSTILE, source: HOSTILE, because: evidence }),
    ]
    records.forEach((record) => fold(store.call, record))
    const running = await page()
    expect(running).toContain('&lt;img')
    expect(running).not.toContain('<img')

    const summary = {
      talk_ratio: 0.5,
      stages: [{ stage: HOSTILE, start_ms: 0, end_ms: 1 }],
      findings: [{ kind: HOSTILE, label: HOSTILE, moment_ms: 1, utterance: 'u1' }],
      commitments: [{ what: HOSTILE, deadline: null, due: HOSTILE }],
      needs: [HOSTILE],
      outcome: HOSTILE,
    }
    fold(store.call, make(2, 'call_ended', { summary }))
    expect(await page()).not.toContain('<img')
  })
})

describe('the page', () => {
  it('says how to get in, in both languages, when it was opened without a token', async () => {
    store.link.value = 'no_token'
    const [chinese, english] = ['请用程序打印的链接打开', 'Open this page with the printed link']
    expect(await page()).toMatch(new RegExp(`${chinese}.*${english}`))
    switchLanguage()
    expect(await page()).toMatch(new RegExp(`${english}.*${chinese}`))
  })

  it('waits for a call', async () => {
    expect(await page()).toContain('等待来电')
  })

  it('turns red for a forbidden phrase, with what was said and what to say instead', async () => {
    const { started, say, show, make } = caller()
    const hit = { utterance: 'u1', category: 'command', severity: 'high', matched: '你必须', say_instead: '您看可以吗', via: 'exact', score: 1 }
    const records = [
      started(),
      say('u1', '你必须先交钱', { channel: 'agent' }),
      make(1100, 'forbidden_said', hit),
      show('f', { kind: 'avoid', say: '您看可以吗', because: [{ why: '说了命令式', utterance: 'u1' }] }),
    ]
    records.forEach((record) => fold(store.call, record))
    const html = await page()
    expect(html).toMatch(/class="app alarmed"/)
    expect(html).toMatch(/role="alert"[^>]*data-testid="alarm"/)
    expect(html).toContain('「你必须」')
    expect(html).toContain('您看可以吗')
    expect(html).toMatch(/<mark[^>]*>你必须<\/mark>/)
    fold(store.call, make(1200, 'cue_answered', { cue_id: 'f', answer: 'accepted' }))
    expect(await page()).not.toMatch(/class="app alarmed"/)
  })

  it('says that the recogniser is behind, and by how much, until it has caught up', async () => {
    const { started, make } = caller()
    fold(store.call, started())
    expect(await page()).not.toContain('data-testid="behind"')
    fold(store.call, make(5000, 'backlog', { lag_ms: 2400, jobs: 2, shed: 0 }))
    expect(await page()).toMatch(/role="status"[^>]*>.*data-testid="behind"[^>]*>识别落后约 2.4 秒/)
    fold(store.call, make(15_000, 'backlog', { lag_ms: 0, jobs: 0, shed: 7 }))
    expect(await page()).not.toContain('data-testid="behind"')
  })

  it('lays out what to prepare, open until the matter is reached', async () => {
    const { started, make } = caller()
    const items = [{ id: 'p', title: '看套餐', text: '月租159元', source: 'X4' }]
    const records = [started(), make(0, 'prepared', { items }), make(1, 'stage_entered', { model: 'M2', stage: 'greeting', done: [], missing: [] })]
    records.forEach((record) => fold(store.call, record))
    expect(await page()).toMatch(/<details[^>]*data-testid="prepare"[^>]*open/)
    expect(await page()).toContain('月租159元')
    fold(store.call, make(9000, 'stage_entered', { model: 'M2', stage: 'propose', done: [], missing: [] }))
    expect(await page()).not.toMatch(/<details[^>]*data-testid="prepare"[^>]*open/)
  })

  it('shows the scene that was inferred, with how sure that is, and lets it be changed', async () => {
    const { make } = caller()
    store.playbook.value = { id: 't', version: '1', labels: {}, advice: {}, scenes: { renewal: { zh: '到期续约', model: 'M2', stages: [] } } }
    const because = [{ why: '说到合约到期', utterance: 'u1' }]
    fold(store.call, make(9000, 'scene_changed', { scene: 'renewal', by: 'inferred', score: 0.82, because }))
    const html = await page()
    expect(html).toMatch(/data-testid="scene-score"[^>]*>82%/)
    expect(html).toContain('说到合约到期')
    expect(html).toMatch(/<option[^>]*value="renewal"[^>]*>到期续约/)
    fold(store.call, make(9500, 'scene_changed', { scene: 'renewal', by: 'hand', score: 1, because: [] }))
    expect(await page()).not.toContain('data-testid="scene-score"')
  })

  it('shows the type that was inferred, with what speaks for it, and lets it be changed', async () => {
    const { started, say, make } = caller()
    const customer_types = { power: '力量型', peaceful: '和平型' }
    store.playbook.value = { id: 't', version: '1', labels: { customer_types }, advice: { peaceful: '慢一点' }, scenes: {} }
    ;[started(), say('u1', '你直接说多少钱')].forEach((record) => fold(store.call, record))
    const choice = /<select[^>]*data-testid="type-choice"[\s\S]*?<\/select>/
    const options = async () => [...(choice.exec(await page())?.[0] ?? '').matchAll(/<option[^>]*value="([^"]*)"/g)].map(([, id]) => id)
    expect(await options()).toEqual(['', 'power', 'peaceful', '-'])

    const evidence = [{ why: '只问结果', utterance: 'u1' }, { why: '客户说“你要多久”', utterance: 'u2' }]
    fold(store.call, say('u2', '你要多久'))
    fold(store.call, make(1, 'customer_type_changed', { type: 'power', probabilities: { power: 0.72, peaceful: 0.28 }, evidence }))
    const inferred = await page()
    expect(inferred).toMatch(/data-type="power" data-by="inferred"/)
    for (const words of ['72%', '只问结果', '你直接说多少钱', '不是给这个人下结论']) expect(inferred).toContain(words)
    expect(inferred.match(/<q[^>]*>[^<]*/g)).toEqual([expect.stringContaining('你直接说多少钱')])
    expect(inferred).toMatch(/<label[^>]*><span[^>]*>客户类型<\/span><select[^>]*aria-describedby="type-hint"/)
    expect(await options()).toEqual(['power', 'peaceful', '-'])

    fold(store.call, make(2, 'customer_type_changed', { type: 'peaceful', probabilities: {}, evidence: [], by: 'hand' }))
    const set = await page()
    expect(set).toMatch(/data-type="peaceful" data-by="hand"/)
    expect(set).toMatch(/data-testid="type-by-hand"[^>]*>手动/)
    for (const words of ['慢一点', '设定之前听到的依据', '只问结果']) expect(set).toContain(words)

    fold(store.call, make(3, 'customer_type_changed', { type: null, probabilities: {}, evidence: [], by: 'hand' }))
    expect(await page()).toMatch(/data-type="unknown" data-by="hand"/)
    expect(await options()).toEqual(['power', 'peaceful', '-'])
  })

  it('shows a type that the playbook does not name, and nothing to choose from without a playbook', async () => {
    const { started, make } = caller()
    const record = make(1, 'customer_type_changed', { type: 'power', probabilities: { power: 0.72 }, evidence: [] })
    ;[started(), record].forEach((one) => fold(store.call, one))
    expect(await page()).toMatch(/<select[^>]*data-testid="type-choice"[^>]*disabled[^>]*>[\s\S]*<option[^>]*value="power"[^>]*>力量型/)
  })

  it('opens the recipe of a cue', async () => {
    const { started, show } = caller()
    const card = { id: 'technique.fab', title: 'FAB', when: '要介绍时', steps: [{ title: '特点', say: '这档有三十G。' }], never: ['别堆参数'] }
    ;[started(), show('f', { card })].forEach((record) => fold(store.call, record))
    const html = await page()
    expect(html).toMatch(/data-testid="recipe"/)
    for (const words of ['要介绍时', '特点', '这档有三十G。', '别堆参数']) expect(html).toContain(words)
  })

  it('lists the answers of a questionnaire by their names', async () => {
    const { started, make } = caller()
    const answered = { questionnaire: 'q', question: 'ok', answer: 'yes', result: 'satisfied', utterance: 'u1' }
    store.playbook.value = {
      id: 't', version: '1', labels: {}, advice: {}, scenes: {},
      questionnaires: { q: { zh: '回访', questions: { ok: { zh: '是否满意', answers: { yes: '满意' } } } } },
    }
    ;[started(), make(9, 'question_answered', { ...answered, answer: 'no' }), make(10, 'question_answered', answered)].forEach((record) => fold(store.call, record))
    const html = await page()
    expect(html).toMatch(/data-testid="answers"[\s\S]*是否满意[\s\S]*满意/)
    expect(store.call.answers).toHaveLength(1)
  })

  it('shows the steps of the stage, done and missing, from the playbook', async () => {
    const { started, make } = caller()
    store.playbook.value = {
      id: 'telecom',
      version: '1',
      labels: {},
      advice: {},
      scenes: {
        churn_inbound: {
          zh: '被动拆机挽留',
          model: 'M3',
          stages: [
            {
              id: 'neutral_response',
              zh: '智慧中立的回应',
              off_call: false,
              interlude: false,
              do: ['先听完'],
              never: ['马上同意'],
              steps: [
                { id: 'neutral_response.ask_name', zh: '问称呼', required: true },
                { id: 'neutral_response.repeat', zh: '重复客户的话', required: false },
              ],
            },
          ],
        },
      },
    }
    const done = ['neutral_response.ask_name']
    for (const record of [started(), make(10, 'stage_entered', { model: 'M3', stage: 'neutral_response', done, missing: [] })]) fold(store.call, record)
    const html = await page()
    expect(html).toMatch(/data-testid="stage" data-stage="neutral_response"/)
    expect(html).toMatch(/data-step="neutral_response.ask_name" data-done="true"/)
    expect(html).toMatch(/data-step="neutral_response.repeat" data-done="false"/)
    expect(html).toContain('马上同意')
  })
})
