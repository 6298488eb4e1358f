// What arrives on the websocket: wire version 1, as far as this page reads it. A record may carry more fields than these.

export const WIRE_VERSION = 1

export type Channel = 'agent' | 'customer'
export type CueKind = 'say' | 'ask' | 'do' | 'avoid' | 'info'
export type Answer = 'accepted' | 'dismissed'
export type Outcome = Answer | 'expired' | 'acted_on'

export interface Evidence {
  why: string
  utterance?: string
  measure?: string
}

/** A recipe that belongs to a cue. */
export interface OpenCard {
  id: string
  title: string
  when: string
  steps: { title: string; say: string }[]
  never: string[]
}

export interface Cue {
  id: string
  kind: CueKind
  title: string
  say: string
  because: Evidence[]
  source: string
  priority: number
  expires_ms: number
  entry: string
  card?: OpenCard
}

export interface ToPrepare {
  id: string
  title: string
  text: string
  source: string
}

export interface Promised {
  what: string
  deadline: string | null
  due: string | null
}

export interface Finding {
  kind: string
  label: string
  moment_ms: number
  utterance: string | null
}

export interface Summary {
  talk_ratio: number | null
  stages: { stage: string; start_ms: number; end_ms: number }[]
  findings: Finding[]
  commitments: Promised[]
  needs: string[]
  outcome: string | null
}

interface Spanned {
  start_ms: number
  end_ms: number
}

/** How an utterance sounded; null where nobody measured it. */
export interface VoiceMeasure {
  speech_ms: number
  level_db: number | null
  pitch_hz: number | null
  pitch_range_st: number | null
  pauses: number
}

interface Kinds {
  call_started: {
    source: string
    scene: string | null
    playbook: { id: string; version: string }
    started_at: string
    engine: string
  }
  scene_changed: { scene: string; by: 'inferred' | 'hand'; score: number; because: Evidence[] }
  prepared: { items: ToPrepare[] }
  question_due: { questionnaire: string; question: string }
  question_answered: { questionnaire: string; question: string; answer: string; result: string | null; utterance: string }
  speech_started: { channel: Channel; utterance: string; start_ms: number }
  speech_ended: Spanned & { channel: Channel; utterance: string; voice?: VoiceMeasure | null }
  transcribed: Spanned & {
    utterance: string
    channel: Channel
    revision: number
    text: string
    final: boolean
    suspect?: boolean
    stable?: number
    corrections?: { start: number; end: number; heard: string; gain: number }[]
  }
  voice_measured: {
    utterance: string
    channel: Channel
    rate: number | null
    level_db: number | null
    relative_db: number | null
    pitch_hz: number | null
    pitch_range_st: number | null
    pauses: number
    overlap_ms: number
    talk_share: number | null
  }
  signalled: { signal: string; label: string; score: number; utterance: string | null; evidence: Evidence[] }
  customer_type_changed: {
    type: string | null
    probabilities: Record<string, number>
    evidence: Evidence[]
    by?: 'inferred' | 'hand' // absent in older logs, which knew only inference
  }
  objection_raised: {
    utterance: string
    topic: string
    objection: string
    handling: string | null
    score: number
    evidence: Evidence[]
  }
  forbidden_said: {
    utterance: string
    category: string
    severity: string
    matched: string
    say_instead: string
    via: string
    score: number
  }
  behaviour_noticed: { rule: string; since_ms: number; evidence: Evidence[] }
  stage_entered: { model: string; stage: string; done: string[]; missing: string[] }
  commitment_made: Promised & { utterance: string }
  cue_shown: { cue: Cue }
  cue_retired: { cue_id: string; reason: string }
  cue_suppressed: { cue_id: string; reason: string; title: string }
  cue_answered: { cue_id: string; answer: Outcome }
  dead_air: Spanned
  hold_began: { start_ms: number }
  hold_ended: Spanned
  audio_gap: Spanned & { channel: Channel | null; lost_ms: number; reason: string }
  backlog: { lag_ms: number; jobs: number; shed: number }
  fault: { component: string; code: string; message: string; recoverable: boolean }
  call_ended: { summary: Summary }
}

export type Kind = keyof Kinds

interface Place {
  v: number
  call_id: string
  seq: number
  at_ms: number
}

type OfKind<K extends Kind> = K extends Kind ? Place & { kind: K } & Kinds[K] : never
export type WireRecord<K extends Kind = Kind> = OfKind<K>

/** What the server says about the conversation itself rather than about the call. */
export type Control =
  | { type: 'welcome'; call_id: string | null; seq: number; at_ms?: number }
  | { type: 'reset'; seq?: number }
  | { type: 'pong'; at_ms?: number }
  | { type: 'error'; code: string; message: string }

export type Command =
  | { type: 'hello'; token: string; call_id: string | null; after: number }
  | { type: 'answer'; cue_id: string; answer: Answer }
  | { type: 'scene'; scene: string }
  | { type: 'customer_type'; value: string | null }
  | { type: 'ping' }

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Is this a record of a call? Its kind may still be one that this page does not know. */
export function isRecord(value: unknown): value is WireRecord {
  return (
    isObject(value) &&
    typeof value.kind === 'string' &&
    typeof value.call_id === 'string' &&
    Number.isSafeInteger(value.seq) &&
    typeof value.at_ms === 'number'
  )
}

export function isControl(value: unknown): value is Control {
  return isObject(value) && typeof value.type === 'string'
}
