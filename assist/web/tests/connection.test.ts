import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

import { Connection, type Link } from '../src/connection'
import type { WireRecord } from '../src/wire'
import { caller } from './records'

class FakeSocket {
  static all: FakeSocket[] = []
  static get last(): FakeSocket {
    return FakeSocket.all.at(-1) as FakeSocket
  }
  readyState = 0
  sent: Record<string, unknown>[] = []
  onopen: (() => void) | null = null
  onmessage: ((message: { data: string }) => void) | null = null
  onclose: ((close: { code: number; reason: string }) => void) | null = null
  constructor(readonly url: string) {
    FakeSocket.all.push(this)
  }
  send(text: string): void {
    this.sent.push(JSON.parse(text) as Record<string, unknown>)
  }
  close(): void {
    this.readyState = 3
  }
  opens(): void {
    this.readyState = 1
    this.onopen?.()
  }
  says(...messages: unknown[]): void {
    for (const message of messages) this.onmessage?.({ data: JSON.stringify(message) })
  }
  fails(code = 1006, reason = ''): void {
    this.readyState = 3
    this.onclose?.({ code, reason })
  }
}

function watched() {
  const links: Link[] = []
  const resets: (string | null)[] = []
  const records: WireRecord[] = []
  const problems: string[] = []
  const times: number[] = []
  const connection = new Connection(
    'ws://127.0.0.1:1/ws',
    'secret',
    {
      link: (link) => links.push(link),
      reset: (callId) => resets.push(callId),
      record: (record) => records.push(record),
      problem: (code) => problems.push(code),
      time: (atMs) => times.push(atMs),
    },
    () => 1,
  )
  connection.start()
  return { connection, links, resets, records, problems, times, seqs: () => records.map(({ seq }) => seq) }
}

const welcome = (seq = 0, call_id: string | null = 'c1') => ({ type: 'welcome', call_id, seq })

beforeEach(() => {
  vi.useFakeTimers()
  FakeSocket.all = []
  vi.stubGlobal('WebSocket', FakeSocket)
})
afterEach(() => {
  vi.unstubAllGlobals()
  vi.useRealTimers()
})

describe('greeting', () => {
  it('introduces itself in the first message and is open once welcomed', () => {
    const seen = watched()
    expect(FakeSocket.last.url).not.toContain('secret')
    FakeSocket.last.opens()
    expect(FakeSocket.last.sent).toEqual([{ type: 'hello', token: 'secret', call_id: null, after: 0 }])
    expect(seen.links).toEqual(['connecting'])
    FakeSocket.last.says(welcome())
    expect(seen.links).toEqual(['connecting', 'open'])
    expect(seen.resets).toEqual(['c1'])
  })

  it('gives up on a token that is not valid', () => {
    const seen = watched()
    FakeSocket.last.opens()
    FakeSocket.last.fails(1008, 'token')
    vi.advanceTimersByTime(60_000)
    expect(FakeSocket.all).toHaveLength(1)
    expect(seen.links.at(-1)).toBe('refused')
  })

  it('sends no command before the welcome', () => {
    const { connection } = watched()
    FakeSocket.last.opens()
    expect(connection.send({ type: 'answer', cue_id: 'a', answer: 'accepted' })).toBe(false)
    FakeSocket.last.says(welcome())
    expect(connection.send({ type: 'answer', cue_id: 'a', answer: 'accepted' })).toBe(true)
    expect(FakeSocket.last.sent.at(-1)).toEqual({ type: 'answer', cue_id: 'a', answer: 'accepted' })
  })
})

describe('records', () => {
  function open() {
    const seen = watched()
    FakeSocket.last.opens()
    FakeSocket.last.says(welcome())
    const { say, started } = caller()
    return { ...seen, first: [started(), ...['一', '二', '三', '四'].map((text, i) => say(`u${i}`, text))] }
  }

  it('are handed on once each', () => {
    const { first, seqs } = open()
    FakeSocket.last.says(...first.slice(0, 3), first[1], first[2], first[3])
    expect(seqs()).toEqual([1, 2, 3, 4])
  })

  it('are asked for again from the last one after a break, without a reset', () => {
    const { first, resets, seqs } = open()
    FakeSocket.last.says(...first.slice(0, 3))
    FakeSocket.last.fails()
    vi.advanceTimersByTime(5000)
    FakeSocket.last.opens()
    expect(FakeSocket.last.sent[0]).toMatchObject({ call_id: 'c1', after: 3 })
    FakeSocket.last.says(welcome(5), ...first.slice(3))
    expect(seqs()).toEqual([1, 2, 3, 4, 5])
    expect(resets).toEqual(['c1'])
  })

  it('reconnect on a gap, and start over when the gap stays', () => {
    const { first, resets, seqs } = open()
    FakeSocket.last.says(first[0], first[1], first[3])
    vi.advanceTimersByTime(5000)
    FakeSocket.last.opens()
    expect(FakeSocket.last.sent[0]).toMatchObject({ call_id: 'c1', after: 2 })
    FakeSocket.last.says(welcome(5), first[3])
    vi.advanceTimersByTime(5000)
    FakeSocket.last.opens()
    expect(FakeSocket.last.sent[0]).toMatchObject({ call_id: 'c1', after: 0 })
    FakeSocket.last.says(welcome(5), first[0], first[1], first[3], first[4])
    expect(resets).toEqual(['c1', 'c1'])
    expect(seqs()).toEqual([1, 2, 1, 2, 4, 5])
  })

  it('may leave some out after a reset', () => {
    const { first, resets, seqs } = open()
    FakeSocket.last.says(first[0], first[1], { type: 'reset' }, first[0], first[2], first[4])
    expect(FakeSocket.all).toHaveLength(1)
    expect(resets).toEqual(['c1', 'c1'])
    expect(seqs()).toEqual([1, 2, 1, 3, 5])
  })

  it('may leave none out beyond the snapshot that a reset announces', () => {
    const { first, seqs } = open()
    FakeSocket.last.says({ type: 'reset', seq: 3 }, first[0], first[2], first[4])
    expect(seqs()).toEqual([1, 3])
    vi.advanceTimersByTime(5000)
    expect(FakeSocket.all).toHaveLength(2)
  })

  it('of another call begin anew', () => {
    const { first, resets, seqs } = open()
    const next = caller('c2')
    FakeSocket.last.says(first[0], first[1], next.started(), next.say('u1', '喂'))
    expect(resets).toEqual(['c1', 'c2'])
    expect(seqs()).toEqual([1, 2, 1, 2])
  })

  it('of a version not known here are reported', () => {
    const { first, problems, seqs } = open()
    FakeSocket.last.says({ ...first[0], v: 2 })
    expect([problems, seqs()]).toEqual([['version'], []])
  })

  it('that are broken do no harm', () => {
    const { first, problems, seqs } = open()
    FakeSocket.last.onmessage?.({ data: '{' })
    FakeSocket.last.says(null, 7, [], {}, { kind: 'transcribed' }, { type: 'strange' }, first[0])
    expect([problems, seqs()]).toEqual([['not_json'], [1]])
  })

  it('lose characters that would turn a line around', () => {
    const { say, started } = caller()
    const { records } = open()
    FakeSocket.last.says(started(), say('u1', 'a\u202eb\u0007c'))
    expect(records.at(-1)).toMatchObject({ text: 'abc' })
  })
})

describe('a welcome', () => {
  const reconnect = () => {
    FakeSocket.last.fails()
    vi.advanceTimersByTime(5000)
    FakeSocket.last.opens()
  }

  it('to another call resets', () => {
    const { resets } = watched()
    FakeSocket.last.opens()
    FakeSocket.last.says(welcome(1), caller().started())
    reconnect()
    FakeSocket.last.says(welcome(0, 'c2'))
    expect(resets).toEqual(['c1', 'c2'])
  })

  it('to no call clears a call that was running', () => {
    const { resets } = watched()
    FakeSocket.last.opens()
    FakeSocket.last.says(welcome(1), caller().started())
    reconnect()
    FakeSocket.last.says(welcome(0, null))
    expect(resets).toEqual(['c1', null])
  })

  it('to no call leaves the summary of an ended one in view', () => {
    const { resets } = watched()
    FakeSocket.last.opens()
    const { started, make } = caller()
    const summary = { talk_ratio: null, stages: [], findings: [], commitments: [], needs: [], outcome: null }
    FakeSocket.last.says(welcome(), started(), make(9, 'call_ended', { summary }))
    reconnect()
    FakeSocket.last.says(welcome(0, null))
    expect(resets).toEqual(['c1'])
  })

  it('from a server that knows less of the call than the page starts over', () => {
    const { resets } = watched()
    FakeSocket.last.opens()
    const { started, say } = caller()
    FakeSocket.last.says(welcome(), started(), say('u1', '喂'))
    reconnect()
    FakeSocket.last.says(welcome(1))
    vi.advanceTimersByTime(5000)
    FakeSocket.last.opens()
    expect(FakeSocket.last.sent[0]).toMatchObject({ call_id: 'c1', after: 0 })
    expect(resets).toEqual(['c1', 'c1'])
  })

  it('and a pong may tell the call time', () => {
    const { times } = watched()
    FakeSocket.last.opens()
    FakeSocket.last.says({ ...welcome(), at_ms: 5000 }, { type: 'pong', at_ms: 9000 })
    expect(times).toEqual([5000, 9000])
  })
})

describe('the heartbeat', () => {
  it('pings every five seconds', () => {
    watched()
    FakeSocket.last.opens()
    FakeSocket.last.says(welcome())
    for (let i = 0; i < 4; i++) {
      vi.advanceTimersByTime(5000)
      FakeSocket.last.says({ type: 'pong' })
    }
    expect(FakeSocket.last.sent.filter(({ type }) => type === 'ping')).toHaveLength(4)
    expect(FakeSocket.all).toHaveLength(1)
  })

  it('takes twelve silent seconds for death', () => {
    const { links } = watched()
    FakeSocket.last.opens()
    FakeSocket.last.says(welcome())
    vi.advanceTimersByTime(11_000)
    expect(links.at(-1)).toBe('open')
    vi.advanceTimersByTime(1000)
    expect(links.at(-1)).toBe('reconnecting')
    expect(FakeSocket.all[0]?.readyState).toBe(3)
  })

  it('does not blame the server for timers that the browser held back', () => {
    const { links } = watched()
    FakeSocket.last.opens()
    FakeSocket.last.says(welcome())
    vi.setSystemTime(Date.now() + 60_000)
    vi.advanceTimersByTime(1000)
    expect(links.at(-1)).toBe('open')
    expect(FakeSocket.last.sent.at(-1)).toEqual({ type: 'ping' })
    vi.advanceTimersByTime(12_000)
    expect(links.at(-1)).toBe('reconnecting')
  })
})

describe('trying again', () => {
  it('waits longer each time, from 0.3 to 5 seconds', () => {
    watched()
    for (const wait of [300, 600, 1200, 2400, 4800, 5000, 5000]) {
      FakeSocket.last.fails()
      const before = FakeSocket.all.length
      vi.advanceTimersByTime(wait - 1)
      expect(FakeSocket.all).toHaveLength(before)
      vi.advanceTimersByTime(1)
      expect(FakeSocket.all).toHaveLength(before + 1)
    }
  })

  it('does not hurry back to a server that welcomes and drops at once', () => {
    watched()
    for (const wait of [300, 600, 1200]) {
      FakeSocket.last.opens()
      FakeSocket.last.says(welcome())
      FakeSocket.last.fails()
      const before = FakeSocket.all.length
      vi.advanceTimersByTime(wait - 1)
      expect(FakeSocket.all).toHaveLength(before)
      vi.advanceTimersByTime(1)
    }
  })

  it('says that the copilot has stopped after a while, and recovers', () => {
    const { links } = watched()
    FakeSocket.last.opens()
    FakeSocket.last.says(welcome())
    for (let i = 0; i < 8; i++) {
      FakeSocket.last.fails()
      vi.advanceTimersByTime(5000)
    }
    expect(links).toContain('reconnecting')
    expect(links.at(-1)).toBe('stopped')
    FakeSocket.last.opens()
    FakeSocket.last.says(welcome())
    expect(links.at(-1)).toBe('open')
  })

  it('says so at once when the copilot takes its leave', () => {
    const { links } = watched()
    FakeSocket.last.opens()
    FakeSocket.last.says(welcome())
    FakeSocket.last.fails(1001)
    expect(links.at(-1)).toBe('stopped')
  })

  it('ends when the page lets go', () => {
    const { connection } = watched()
    FakeSocket.last.fails()
    connection.stop()
    vi.advanceTimersByTime(60_000)
    expect(FakeSocket.all).toHaveLength(1)
  })
})
