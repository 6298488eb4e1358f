import { clean } from './text'
import { isControl, isRecord, WIRE_VERSION, type Command, type Control, type WireRecord } from './wire'

/** `stopped`: nobody has answered for a while; still trying, slowly. `refused`: the token is not valid, no use in trying. */
export type Link = 'connecting' | 'open' | 'reconnecting' | 'stopped' | 'refused'

export interface Listener {
  link(link: Link): void
  /** Forget everything; what follows is of this call. */
  reset(callId: string | null): void
  record(record: WireRecord): void
  problem(code: string, message: string): void
  /** The call time now, from a server that tells it between events. */
  time(atMs: number): void
}

const TICK_MS = 1000
const PING_MS = 5000
const DEAD_MS = 12_000
const ASLEEP_MS = 8000
const BACKOFF_MS = { first: 300, last: 5000 }
const STOPPED_MS = 15_000

/**
 * Keeps one websocket to the copilot alive and hands on each record of the call exactly once, in order.
 * Browsers have no ping of their own and may miss a dead socket for minutes, hence the heartbeat.
 */
export class Connection {
  private socket: WebSocket | null = null
  private callId: string | null = null
  private last = 0
  private gapsAllowed = false
  private gapsUntil = 0
  private gapAt: number | null = null
  private startOver = false
  private ended = false
  private welcomed = false
  private attempts = 0
  private downSince: number
  private heard = 0
  private pinged = 0
  private ticked = 0
  private retry: ReturnType<typeof setTimeout> | undefined
  private heartbeat: ReturnType<typeof setInterval> | undefined
  private readonly url: string
  private readonly token: string
  private readonly listener: Listener
  private readonly random: () => number

  constructor(url: string, token: string, listener: Listener, random: () => number = Math.random) {
    this.url = url
    this.token = token
    this.listener = listener
    this.random = random
    this.downSince = Date.now()
  }

  start(): void {
    this.listener.link('connecting')
    this.open()
  }

  stop(): void {
    clearTimeout(this.retry)
    this.drop()
  }

  /** Returns false when nobody is there to take the command. */
  send(command: Command): boolean {
    if (!this.welcomed || this.socket?.readyState !== 1) return false
    this.socket.send(JSON.stringify(command))
    return true
  }

  /** Ask at once whether the other side lives, for moments when timers have been held back. */
  probe(): void {
    this.pinged = Date.now()
    this.send({ type: 'ping' })
  }

  private open(): void {
    const socket = new WebSocket(this.url)
    this.socket = socket
    this.heard = this.pinged = this.ticked = Date.now()
    this.heartbeat = setInterval(() => this.tick(), TICK_MS)
    socket.onopen = () => {
      const hello: Command = { type: 'hello', token: this.token, call_id: this.callId, after: this.last }
      socket.send(JSON.stringify(hello))
    }
    socket.onmessage = (message) => this.hear(message.data)
    socket.onclose = (close) => this.closed(close.code, close.reason)
  }

  private hear(data: unknown): void {
    this.heard = Date.now()
    let message: unknown
    try {
      message = clean(JSON.parse(String(data)))
    } catch {
      this.listener.problem('not_json', '')
      return
    }
    if (isRecord(message)) this.take(message)
    else if (isControl(message)) this.control(message)
  }

  private control(message: Control): void {
    switch (message.type) {
      case 'welcome':
        this.welcome(message.call_id, message.seq)
        if (message.at_ms !== undefined) this.listener.time(message.at_ms)
        break
      case 'reset':
        this.forget(this.callId)
        // A snapshot leaves superseded partials out; without a stated end of it, any later gap is taken for one of those.
        this.gapsAllowed = message.seq === undefined
        this.gapsUntil = message.seq ?? 0
        break
      case 'pong':
        this.attempts = 0
        if (message.at_ms !== undefined) this.listener.time(message.at_ms)
        break
      case 'error':
        this.listener.problem(String(message.code), String(message.message))
        break
    }
  }

  private welcome(callId: string | null, seq: number): void {
    this.welcomed = true
    this.gapsAllowed = this.startOver
    this.startOver = false
    this.gapsUntil = 0
    if (callId === this.callId && seq < this.last) {
      // The server knows less of this call than the page does: it is not the one that was left.
      this.forget(callId)
      this.reconnect()
      return
    }
    // A call that has ended stays in view until the next one begins.
    if (callId !== this.callId && !(callId === null && this.ended)) this.forget(callId)
    this.listener.link('open')
  }

  private take(record: WireRecord): void {
    if (record.v !== WIRE_VERSION) {
      this.listener.problem('version', String(record.v))
      return
    }
    if (record.call_id !== this.callId) this.forget(record.call_id)
    if (record.seq <= this.last) return
    if (record.seq > this.last + 1 && !this.gapsAllowed && record.seq > this.gapsUntil) {
      this.missed()
      return
    }
    this.last = record.seq
    this.gapAt = null
    this.ended = record.kind === 'call_ended'
    this.listener.record(record)
  }

  private missed(): void {
    // Asked once already and still not there: the records are gone, so take the call anew as the server has it.
    const again = this.gapAt === this.last
    this.gapAt = this.last
    this.startOver = again
    if (again) this.forget(this.callId)
    this.reconnect()
  }

  private forget(callId: string | null): void {
    this.callId = callId
    this.last = 0
    this.ended = false
    this.listener.reset(callId)
  }

  private tick(): void {
    const now = Date.now()
    // A hidden page gets its timers once a minute and a sleeping machine none; that silence is ours, not the server's.
    if (now - this.ticked > ASLEEP_MS) {
      this.heard = now
      this.probe()
    }
    this.ticked = now
    if (now - this.heard >= DEAD_MS) this.reconnect()
    else if (now - this.pinged >= PING_MS) this.probe()
  }

  private closed(code: number, reason: string): void {
    const left = this.welcomed && (code === 1000 || code === 1001)
    if (code === 1008 && reason === 'token') {
      this.drop()
      this.listener.link('refused')
      return
    }
    this.reconnect(left)
  }

  private reconnect(left = false): void {
    const now = Date.now()
    if (this.welcomed) this.downSince = left ? now - STOPPED_MS : now // one that said goodbye is not about to be back
    this.drop()
    this.listener.link(left || now - this.downSince >= STOPPED_MS ? 'stopped' : 'reconnecting')
    const longest = Math.min(BACKOFF_MS.last, BACKOFF_MS.first * 2 ** this.attempts++)
    const delay = Math.max(BACKOFF_MS.first, longest * (0.5 + this.random() / 2))
    this.retry = setTimeout(() => this.open(), delay)
  }

  /** Lets go of the socket without waiting for a goodbye that a dead one would never send. */
  private drop(): void {
    clearInterval(this.heartbeat)
    this.welcomed = false
    const socket = this.socket
    this.socket = null
    if (!socket) return
    socket.onopen = socket.onmessage = socket.onclose = null
    socket.close()
  }
}
