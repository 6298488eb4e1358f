import { describe, expect, it } from 'vitest'

import { emptyCall, type Call, type Utterance } from '../src/call'
import { fold, MAX_LINES } from '../src/fold'
import type { WireRecord } from '../src/wire'
import { caller } from './records'

function after(...records: WireRecord[]): Call {
  const call = emptyCall('c1')
  records.forEach((record) => fold(call, record))
  return call
}

const texts = (call: Call) => call.lines.map((line) => (line.type === 'utterance' ? line.text : line.type))

describe('the transcript', () => {
  it('replaces a partial by its later revisions and keeps the final', () => {
    const { say } = caller()
    const call = after(
      say('u1', '我要', { revision: 1, final: false }),
      say('u1', '我要销户', { revision: 3, final: true }),
      say('u1', '我药', { revision: 2, final: false }),
      say('u1', '别的', { revision: 4, final: true }),
    )
    expect(call.lines).toHaveLength(1)
    expect(call.lines[0]).toMatchObject({ text: '我要销户', final: true })
  })

  it('passes over an older partial that comes late', () => {
    const { say } = caller()
    const call = after(say('u1', '我要销户', { revision: 2, final: false }), say('u1', '我', { revision: 1, final: false }))
    expect(texts(call)).toEqual(['我要销户'])
  })

  it('knows how much of a text stays, and what was put right', () => {
    const { say } = caller()
    const call = after(
      say('u1', '𠮷我要销户', { revision: 1, final: false, stable: 3, corrections: [{ start: 3, end: 5, heard: '消护', gain: 2.1 }] }),
    )
    expect(call.lines[0]).toMatchObject({ stable: '𠮷我要'.length, corrected: [{ heard: '消护', written: '销户' }] })
    fold(call, say('u1', '𠮷我要销户', { revision: 2 }))
    expect(call.lines[0]).toMatchObject({ stable: 0, corrected: [] })
  })

  it('takes a line away when its final is empty', () => {
    const { say } = caller()
    expect(after(say('u1', '嗯', { revision: 1, final: false }), say('u1', ' ', { revision: 2 })).lines).toEqual([])
  })

  it('stands in the order of speaking, not of understanding', () => {
    const { say, make } = caller()
    const call = after(
      say('u2', '后说', { start_ms: 5000, end_ms: 6000 }),
      say('u1', '先说', { start_ms: 1000, end_ms: 6500 }),
      make(7000, 'hold_ended', { start_ms: 2000, end_ms: 4000 }),
    )
    expect(texts(call)).toEqual(['先说', 'hold', '后说'])
  })

  it('keeps a bounded number of lines, and no notes of the dropped ones', () => {
    const { say, make } = caller()
    const call = emptyCall()
    for (let i = 0; i < MAX_LINES + 50; i++) {
      fold(call, say(`u${i}`, `第${i}句`, { start_ms: i * 1000, end_ms: i * 1000 + 900 }))
      fold(call, make(i * 1000 + 900, 'signalled', { signal: 'emotion', label: 'upset', score: 1, utterance: `u${i}`, evidence: [] }))
    }
    expect(call.lines.length).toBeLessThanOrEqual(MAX_LINES)
    expect(call.lines.length).toBeGreaterThan(MAX_LINES * 0.9)
    expect(texts(call).at(-1)).toBe(`第${MAX_LINES + 49}句`)
    expect(call.byId.size).toBe(call.lines.length)
    expect(call.notes.size).toBe(call.lines.length)
  })

  it('knows what was noticed about a line that a snapshot brings later', () => {
    const { say, make } = caller()
    const call = after(
      make(900, 'forbidden_said', {
        utterance: 'u1',
        category: 'command',
        severity: 'medium',
        matched: '你必须',
        say_instead: '您看可以吗',
        via: 'exact',
        score: 1,
      }),
      say('u1', '你必须先交钱', { channel: 'agent' }),
    )
    expect((call.lines[0] as Utterance).text).toBe('你必须先交钱')
    expect(call.notes.get('u1')?.forbidden).toEqual([
      { category: 'command', severity: 'medium', matched: '你必须', sayInstead: '您看可以吗' },
    ])
  })

  it('tells one silence once while it goes on, and forgets it when somebody speaks', () => {
    const { make } = caller()
    const silence = (end_ms: number) => make(end_ms, 'dead_air', { start_ms: 1000, end_ms })
    const call = after(silence(6000), silence(11_000))
    expect(call.lines).toMatchObject([{ type: 'dead_air', ms: 10_000 }])
    expect(call.deadAirMs).toBe(10_000)
    fold(call, make(12_000, 'speech_started', { channel: 'customer', utterance: 'u9', start_ms: 11_900 }))
    expect(call.deadAirMs).toBeNull()
    expect(call.speaking.customer).toBe(true)
  })
})

describe('cues', () => {
  it('keep the digit they came with', () => {
    const { show, make } = caller()
    const call = after(show('a'), show('b'), make(2000, 'cue_retired', { cue_id: 'a', reason: 'expired' }))
    expect(call.cards.map(({ id, slot }) => [id, slot])).toEqual([['b', 2]])
    fold(call, show('c'))
    expect(call.cards.map(({ id, slot }) => [id, slot])).toEqual([
      ['c', 1],
      ['b', 2],
    ])
  })

  it('are never more than two; the least urgent goes', () => {
    const { show } = caller()
    const call = after(show('a', { priority: 90 }), show('b', { priority: 10 }), show('c', { priority: 50 }))
    expect(call.cards.map(({ id }) => id)).toEqual(['a', 'c'])
  })

  it('stay when they are taken, until they are retired', () => {
    const { show, make } = caller()
    const call = after(show('a'), make(2000, 'cue_answered', { cue_id: 'a', answer: 'accepted' }))
    expect(call.cards).toMatchObject([{ id: 'a', answer: 'accepted' }])
    fold(call, make(3000, 'cue_retired', { cue_id: 'a', reason: 'acted_on' }))
    expect(call.cards).toEqual([])
  })

  it('are shown again under the same id as one card', () => {
    const { show } = caller()
    expect(after(show('a'), show('a')).cards).toHaveLength(1)
  })
})

describe('understanding', () => {
  it('ticks steps told by the stage and by a signal of their own', () => {
    const { make } = caller()
    const call = after(
      make(100, 'stage_entered', { model: 'M3', stage: 'neutral_response', done: ['neutral_response.ask_name'], missing: [] }),
      make(200, 'signalled', { signal: 'step', label: 'neutral_response.repeat', score: 1, utterance: 'u1', evidence: [] }),
      make(300, 'stage_entered', { model: 'M3', stage: 'confirm_reason', done: [], missing: ['confirm_reason.reason'] }),
    )
    expect([...call.done]).toEqual(['neutral_response.ask_name', 'neutral_response.repeat'])
    expect(call.stagesSeen).toEqual(['neutral_response', 'confirm_reason'])
    expect(call.missing).toEqual(['confirm_reason.reason'])
  })

  it('takes the type that was set by hand, and keeps what had been heard', () => {
    const { make } = caller()
    const evidence = [{ why: '语速快', utterance: 'u1' }]
    const call = after(make(100, 'customer_type_changed', { type: 'power', probabilities: { power: 0.7 }, evidence }))
    expect(call).toMatchObject({ customerType: 'power', typeBy: 'inferred' })
    for (const type of ['peaceful', null]) {
      fold(call, make(200, 'customer_type_changed', { type, probabilities: {}, evidence: [], by: 'hand' }))
      expect(call).toMatchObject({ customerType: type, typeBy: 'hand', probabilities: { power: 0.7 }, typeEvidence: evidence })
    }
  })

  it('has nothing to show of how an utterance was spoken', () => {
    const { make, started } = caller()
    const measured = { rate: 4.1, level_db: -26, relative_db: null, pitch_hz: 210, pitch_range_st: 6, pauses: 0, overlap_ms: 0, talk_share: 0.5 }
    const call = after(started())
    fold(call, make(0, 'voice_measured', { utterance: 'u1', channel: 'agent', ...measured }))
    expect(call).toEqual(after(started()))
  })

  it('counts a behaviour that comes again and moves it to the end', () => {
    const { make } = caller()
    const seen = (at: number, rule: string) => make(at, 'behaviour_noticed', { rule, since_ms: 0, evidence: [] })
    const call = after(seen(1, 'monologue'), seen(2, 'interrupts'), seen(3, 'monologue'))
    expect(call.behaviours.map(({ rule, times }) => [rule, times])).toEqual([
      ['interrupts', 1],
      ['monologue', 2],
    ])
  })

  it('adds up what was lost of the audio', () => {
    const { make } = caller()
    const gap = (start_ms: number) => make(9000, 'audio_gap', { channel: 'agent', start_ms, end_ms: start_ms + 900, lost_ms: 600, reason: 'overflow' })
    expect(after(gap(1000), gap(3000)).lost).toEqual({ times: 2, ms: 1200, reason: 'overflow' })
  })
})

describe('faults', () => {
  const fault = (component: string, recoverable: boolean) => ({ component, code: 'x', message: 'x', recoverable })

  it('of the recogniser are over when text comes again, and stay in view', () => {
    const { make, say } = caller()
    const call = after(make(1, 'fault', fault('asr', true)), make(2, 'fault', fault('asr', false)), say('u1', '好'))
    expect(call.faults.map(({ over }) => over)).toEqual([true, false])
  })

  it('of others say nothing about the recogniser', () => {
    const { make, say } = caller()
    expect(after(make(1, 'fault', fault('store', true)), say('u1', '好')).faults[0]?.over).toBe(false)
  })
})

describe('a recogniser that falls behind', () => {
  it('is told until it has caught up', () => {
    const { make } = caller()
    const behind = make(5000, 'backlog', { lag_ms: 2400, jobs: 2, shed: 0 })
    expect(after(behind).behindMs).toBe(2400)
    expect(after(behind, make(15_000, 'backlog', { lag_ms: 0, jobs: 0, shed: 7 })).behindMs).toBeNull()
  })

  it('matters no longer when the call is over', () => {
    const { make } = caller()
    const summary = { talk_ratio: null, stages: [], findings: [], commitments: [], needs: [], outcome: null }
    expect(after(make(5000, 'backlog', { lag_ms: 2400, jobs: 2, shed: 0 }), make(6000, 'call_ended', { summary })).behindMs).toBeNull()
  })
})

describe('the call', () => {
  it('waits, runs and ends', () => {
    const { started, make, show } = caller()
    const call = emptyCall()
    expect(call.phase).toBe('waiting')
    fold(call, started())
    expect(call).toMatchObject({ phase: 'running', scene: 'churn_inbound', playbook: { id: 'telecom', version: '1' } })
    fold(call, show('a'))
    fold(call, make(2500, 'hold_began', { start_ms: 2400 }))
    const summary = { talk_ratio: 0.4, stages: [], findings: [], commitments: [], needs: [], outcome: null }
    fold(call, make(60_000, 'call_ended', { summary }))
    expect(call).toMatchObject({ phase: 'ended', atMs: 60_000, cards: [], holdSinceMs: null, summary })
  })

  it('is the same whenever the same log is folded', () => {
    const { started, say, show, make } = caller()
    const log = [started(), say('u1', '你好'), show('a'), make(1500, 'hold_began', { start_ms: 1400 })]
    expect(after(...log)).toEqual(after(...log))
  })

  it('passes over kinds that it does not know', () => {
    const { started } = caller()
    const strange = { v: 1, call_id: 'c1', seq: 2, at_ms: 9, kind: 'of_the_future' } as unknown as WireRecord
    expect(after(started(), strange)).toMatchObject({ phase: 'running', atMs: 9 })
  })
})
