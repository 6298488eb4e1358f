import { computed, inject, reactive, ref, shallowRef, type InjectionKey } from 'vue'

import { emptyCall } from './call'
import { Connection, type Link } from './connection'
import { fold } from './fold'
import { fetchPlaybook, sceneOf, type Playbook } from './playbook'
import type { Answer, WireRecord } from './wire'

const FLUSH_MS = 16
const FLUSH_AT = 500
const ANSWER_MS = 5000
const PROBLEM_MS = 20_000
const JITTER_MS = 1500

export type Store = ReturnType<typeof createStore>
export const storeKey: InjectionKey<Store> = Symbol('store')

export function useStore(): Store {
  const store = inject(storeKey)
  if (!store) throw new Error('no store was provided')
  return store
}

/** What the page knows and can ask for; the one place where the connection and the view meet. */
export function createStore(address: string) {
  const call = reactive(emptyCall())
  const link = ref<Link | 'no_token'>('connecting')
  const problem = shallowRef<{ code: string; message: string } | null>(null)
  const playbook = shallowRef<Playbook | null>(null)
  const pending = reactive(new Map<string, Answer>())
  const clockBase = shallowRef({ atMs: 0, readAt: 0 })
  let connection: Connection | null = null
  let token = ''
  let loading = false
  let queue: WireRecord[] = []
  let flushing: ReturnType<typeof setTimeout> | undefined

  // A page that comes back to a long call gets thousands of records at once; drawing after each would take seconds.
  function enqueue(record: WireRecord): void {
    queue.push(record)
    if (queue.length >= FLUSH_AT) flush()
    else flushing ??= setTimeout(flush, FLUSH_MS)
  }

  function flush(): void {
    clearTimeout(flushing)
    flushing = undefined
    const records = queue
    queue = []
    for (const record of records) {
      try {
        fold(call, record)
      } catch {
        report('record', record.kind)
      }
      settle(record)
    }
    setClock()
  }

  // Events arrive a little late by turns; the clock on the page must not tick backwards for that.
  function setClock(): void {
    const { atMs, readAt } = clockBase.value
    const ahead = atMs + performance.now() - readAt - call.atMs
    if (call.phase === 'ended' || ahead < 0 || ahead > JITTER_MS) clockBase.value = { atMs: call.atMs, readAt: performance.now() }
  }

  function report(code: string, message: string): void {
    const news = { code, message }
    problem.value = news
    setTimeout(() => {
      if (problem.value === news) problem.value = null
    }, PROBLEM_MS)
  }

  function settle(record: WireRecord): void {
    if (record.kind === 'cue_answered' || record.kind === 'cue_retired') pending.delete(record.cue_id)
    if (record.kind !== 'call_started') return
    const known = playbook.value
    if (known?.id !== record.playbook.id || known.version !== record.playbook.version) void loadPlaybook()
  }

  async function loadPlaybook(): Promise<void> {
    if (loading) return
    loading = true
    playbook.value = (await fetchPlaybook(token)) ?? playbook.value
    loading = false
  }

  function reset(callId: string | null): void {
    queue = []
    pending.clear()
    problem.value = null
    Object.assign(call, emptyCall(callId))
    clockBase.value = { atMs: 0, readAt: performance.now() }
  }

  function linked(now: Link): void {
    link.value = now
    if (now !== 'open') return
    if (!playbook.value) void loadPlaybook()
    // Answers given while the line was down still count, as long as their cue shows.
    for (const [cueId, given] of pending) connection?.send({ type: 'answer', cue_id: cueId, answer: given })
  }

  function answer(cueId: string, given: Answer): void {
    if (link.value === 'refused' || pending.get(cueId) === given) return
    pending.set(cueId, given)
    connection?.send({ type: 'answer', cue_id: cueId, answer: given })
    // An answer that the copilot never confirms must not leave a dead card behind.
    setTimeout(() => {
      if (pending.get(cueId) === given) pending.delete(cueId)
    }, ANSWER_MS)
  }

  /** The agent knows better what kind of call this is. */
  function setScene(scene: string): void {
    connection?.send({ type: 'scene', scene })
  }

  /** The agent knows better what type the customer is in this call; null says that it is none. */
  function setType(value: string | null): void {
    connection?.send({ type: 'customer_type', value })
  }

  function connect(given: string | null): void {
    connection?.stop()
    connection = null
    reset(null)
    if (given === null) {
      link.value = 'no_token'
      return
    }
    token = given
    connection = new Connection(address, token, {
      link: linked,
      reset,
      record: enqueue,
      problem: report,
      time: (atMs) => {
        call.atMs = Math.max(call.atMs, atMs)
        setClock()
      },
    })
    connection.start()
  }

  return {
    call,
    link,
    problem,
    playbook,
    pending,
    clockBase,
    answer,
    setScene,
    setType,
    connect,
    probe: () => connection?.probe(),
    scene: computed(() => sceneOf(playbook.value, call.scene, call.model)),
  }
}
