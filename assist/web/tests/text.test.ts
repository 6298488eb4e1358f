import { describe, expect, it } from 'vitest'

import { stroke } from '../src/keys'
import { sceneOf, shownStages, type Playbook, type Scene, type Stage } from '../src/playbook'
import { clean, clock, lookup, marks, percent, seconds } from '../src/text'

const marked = (text: string, ...words: string[]) =>
  marks(text, words)
    .map((piece) => (piece.marked ? `[${piece.text}]` : piece.text))
    .join('')

describe('marks', () => {
  it.each([
    ['这是规定，你必须先交钱', ['你必须'], '这是规定，[你必须]先交钱'],
    ['你，必须先交钱', ['你必须'], '[你，必须]先交钱'],
    ['你必须，你必须', ['你必须'], '[你必须]，[你必须]'],
    ['你必须先交', ['你必须', '必须先'], '[你必须先]交'],
    ['好的', ['没有'], '好的'],
    ['好的', ['，'], '好的'],
    ['', ['好'], ''],
    ['好', [], '好'],
  ])('%s', (text, words, expected) => {
    expect(marked(text, ...words)).toBe(expected)
  })

  it('never changes the text', () => {
    const text = '<b>你 必。须</b>😀你必须'
    expect(marks(text, ['你必须', '😀']).map((piece) => piece.text).join('')).toBe(text)
  })
})

describe('clean', () => {
  it('takes direction overrides and control characters out of every string, and leaves the rest', () => {
    const given = { a: ['\u202e坏', { b: 'x\u0000y' }], n: 1, t: true, z: null, line: '一\n二', emoji: '👩‍💻' }
    expect(clean(given)).toEqual({ a: ['坏', { b: 'xy' }], n: 1, t: true, z: null, line: '一\n二', emoji: '👩‍💻' })
  })

  it('leaves prototypes alone', () => {
    const given = clean(JSON.parse('{"__proto__":{"bad":true}}') as object)
    expect('bad' in given).toBe(false)
  })
})

it('looks up own keys alone', () => {
  expect(lookup({ power: '力量型' }, 'power')).toBe('力量型')
  expect([lookup<string>({}, 'constructor'), lookup<string>(null, 'x'), lookup<string>({}, null)]).toEqual([undefined, undefined, undefined])
})

it('writes times and shares as people read them', () => {
  expect([clock(0), clock(83_400), clock(3_723_000), clock(-5)]).toEqual(['0:00', '1:23', '1:02:03', '0:00'])
  expect([seconds(1249), seconds(12_600)]).toEqual(['1.2', '13'])
  expect(percent(0.724)).toBe('72%')
})

describe('keys', () => {
  const key = (code: string, more: Partial<KeyboardEvent> = {}) =>
    stroke({ code, key: '', shiftKey: false, ctrlKey: false, altKey: false, metaKey: false, repeat: false, isComposing: false, ...more })

  it('accept by digit, dismiss by Shift and digit, dismiss the top cue by Esc', () => {
    expect(key('Digit1')).toEqual({ slot: 1, answer: 'accepted' })
    expect(key('Numpad2')).toEqual({ slot: 2, answer: 'accepted' })
    expect(key('Digit2', { shiftKey: true, key: '@' })).toEqual({ slot: 2, answer: 'dismissed' })
    expect(key('Escape', { key: 'Escape' })).toEqual({ slot: 'top', answer: 'dismissed' })
  })

  it('leave everything else to the browser', () => {
    for (const event of [key('Digit3'), key('KeyA'), key('Digit1', { ctrlKey: true }), key('Digit1', { repeat: true }), key('Digit1', { isComposing: true })]) {
      expect(event).toBeNull()
    }
  })
})

const stage = (id: string, off_call = false, interlude = false): Stage => ({
  id,
  zh: id,
  off_call,
  interlude,
  do: ['做'],
  never: ['不做'],
  steps: [],
})

it('shows the stages on the call, and those in between once entered, where they were entered', () => {
  const stages = [stage('prepare', true), stage('greeting'), stage('propose'), stage('gather_info', false, true)]
  const scene: Scene = { zh: '', model: 'M3', stages }
  expect(shownStages(scene, []).map(({ id }) => id)).toEqual(['greeting', 'propose'])
  const inOrder = ['greeting', 'gather_info', 'propose']
  expect(shownStages(scene, inOrder).map(({ id }) => id)).toEqual(inOrder)
  expect(shownStages(scene, ['gather_info']).map(({ id }) => id)).toEqual(['gather_info', 'greeting', 'propose'])
  expect(shownStages(scene, ['prepare', 'greeting']).map(({ id }) => id)).toEqual(['prepare', 'greeting', 'propose'])
  expect(shownStages(undefined, ['greeting'])).toEqual([])
})

it('names the stages of a call without a scene by its model, without the advice of any scene', () => {
  const playbook: Playbook = { id: '', version: '', labels: {}, advice: {}, scenes: { s: { zh: '', model: 'M3', stages: [stage('propose')] } } }
  expect(sceneOf(playbook, 's', null)?.stages[0]).toMatchObject({ id: 'propose', do: ['做'] })
  expect(sceneOf(playbook, null, 'M3')?.stages[0]).toMatchObject({ id: 'propose', do: [], never: [] })
  expect([sceneOf(playbook, null, 'M1'), sceneOf(null, 's', 'M3')]).toEqual([undefined, undefined])
})
