import type { Channel, Cue, Evidence, Outcome, Promised, Summary, ToPrepare, WireRecord } from './wire'

export interface Utterance {
  type: 'utterance'
  id: string
  channel: Channel
  startMs: number
  revision: number
  text: string
  final: boolean
  suspect: boolean
  /** So many characters at the beginning stand in every later version. */
  stable: number
  /** Words that were put right, as they were heard and as they stand. */
  corrected: { heard: string; written: string }[]
}

/** Something between the lines of the transcript that is not speech. */
export interface Pause {
  type: 'hold' | 'dead_air' | 'gap'
  id: string
  startMs: number
  ms: number
  channel: Channel | null
  reason: string
}

export type Line = Utterance | Pause

/** What was noticed about one utterance; it may be known before the text is. */
export interface Notes {
  forbidden: { category: string; severity: string; matched: string; sayInstead: string }[]
  objections: { topic: string; objection: string; handling: string | null; why: string }[]
  emotion: string | null
}

export interface Card extends Cue {
  slot: number // the digit that answers it; kept for as long as it shows, so that no card moves under a finger
  answer: Outcome | null
}

export interface Behaviour {
  rule: string
  atMs: number
  times: number
  evidence: Evidence[]
}

export interface FaultNote {
  atMs: number
  component: string
  code: string
  message: string
  recoverable: boolean
  over: boolean
}

/** Everything the page shows of one call. Comes only from `fold`. */
export interface Call {
  id: string | null
  phase: 'waiting' | 'running' | 'ended'
  atMs: number
  scene: string | null
  /** How the scene became known; null when it was told at the start. */
  sceneFound: { by: 'inferred' | 'hand'; score: number; because: Evidence[] } | null
  prepared: ToPrepare[]
  answers: { questionnaire: string; question: string; answer: string; utterance: string }[]
  playbook: WireRecord<'call_started'>['playbook'] | null
  source: string
  engine: string
  lines: Line[]
  byId: Map<string, Line>
  notes: Map<string, Notes>
  speaking: Record<Channel, boolean>
  model: string | null
  stage: string | null
  stagesSeen: string[]
  done: Set<string>
  missing: string[]
  customerType: string | null
  /** Null until anything is known of the type. */
  typeBy: 'inferred' | 'hand' | null
  /** What was heard for and against each type; of a type set by hand, what was heard before. */
  probabilities: Record<string, number>
  typeEvidence: Evidence[]
  emotion: string | null
  intent: string | null
  behaviours: Behaviour[]
  promises: Promised[]
  cards: Card[]
  holdSinceMs: number | null
  deadAirMs: number | null
  lost: { times: number; ms: number; reason: string }
  behindMs: number | null // how late the recogniser was when it last fell behind; null while it keeps up
  faults: FaultNote[]
  summary: Summary | null
}

export function emptyCall(id: string | null = null): Call {
  return {
    id,
    phase: 'waiting',
    atMs: 0,
    scene: null,
    sceneFound: null,
    prepared: [],
    answers: [],
    playbook: null,
    source: '',
    engine: '',
    lines: [],
    byId: new Map(),
    notes: new Map(),
    speaking: { agent: false, customer: false },
    model: null,
    stage: null,
    stagesSeen: [],
    done: new Set(),
    missing: [],
    customerType: null,
    typeBy: null,
    probabilities: {},
    typeEvidence: [],
    emotion: null,
    intent: null,
    behaviours: [],
    promises: [],
    cards: [],
    holdSinceMs: null,
    deadAirMs: null,
    lost: { times: 0, ms: 0, reason: '' },
    behindMs: null,
    faults: [],
    summary: null,
  }
}
