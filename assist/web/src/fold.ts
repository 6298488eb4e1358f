import type { Call, Line, Notes, Pause, Utterance } from './call'
import type { WireRecord } from './wire'

/** Lines kept in memory and in the page; a shift-long call must not grow without end. */
export const MAX_LINES = 2000
const DROPPED_AT_ONCE = 100 // taking one line off the front moves all the others
const MAX_NOTED = 100
const MAX_FAULTS = 5
const MAX_CARDS = 2

/** Brings one record into the call. Reads nothing but its arguments, so the same log always gives the same page. */
export function fold(call: Call, record: WireRecord): void {
  call.atMs = Math.max(call.atMs, record.at_ms)
  if (call.phase === 'waiting') call.phase = 'running'
  switch (record.kind) {
    case 'call_started':
      call.scene = record.scene
      call.playbook = record.playbook
      call.source = record.source
      call.engine = record.engine
      break
    case 'scene_changed':
      call.scene = record.scene
      call.sceneFound = { by: record.by, score: record.score, because: record.because }
      break
    case 'prepared':
      call.prepared = record.items
      break
    case 'question_answered': {
      const { questionnaire, question, answer, utterance } = record
      call.answers = call.answers.filter((one) => one.questionnaire !== questionnaire || one.question !== question)
      call.answers.push({ questionnaire, question, answer, utterance })
      break
    }
    case 'speech_started':
      call.speaking[record.channel] = true
      call.deadAirMs = null
      break
    case 'speech_ended':
      call.speaking[record.channel] = false
      break
    case 'transcribed':
      transcribe(call, record)
      break
    case 'signalled':
      signal(call, record)
      break
    case 'customer_type_changed':
      call.customerType = record.type
      call.typeBy = record.by ?? 'inferred'
      if (record.by === 'hand') break // what was heard before is still what was heard
      call.probabilities = record.probabilities
      call.typeEvidence = record.evidence
      break
    case 'objection_raised':
      notesOf(call, record.utterance).objections.push({
        topic: record.topic,
        objection: record.objection,
        handling: record.handling,
        why: record.evidence[0]?.why ?? '',
      })
      break
    case 'forbidden_said':
      notesOf(call, record.utterance).forbidden.push({
        category: record.category,
        severity: record.severity,
        matched: record.matched,
        sayInstead: record.say_instead,
      })
      break
    case 'behaviour_noticed':
      notice(call, record)
      break
    case 'stage_entered':
      call.model = record.model
      call.stage = record.stage
      if (!call.stagesSeen.includes(record.stage)) call.stagesSeen.push(record.stage)
      record.done.forEach((step) => call.done.add(step))
      call.missing = record.missing
      break
    case 'commitment_made':
      call.promises.push({ what: record.what, deadline: record.deadline, due: record.due })
      keepLast(call.promises, MAX_NOTED)
      break
    case 'cue_shown':
      show(call, record)
      break
    case 'cue_retired':
      call.cards = call.cards.filter((card) => card.id !== record.cue_id)
      break
    case 'cue_answered':
      for (const card of call.cards) if (card.id === record.cue_id) card.answer = record.answer
      break
    case 'dead_air':
      call.deadAirMs = record.end_ms - record.start_ms
      pause(call, 'dead_air', record, record.end_ms - record.start_ms)
      break
    case 'hold_began':
      call.holdSinceMs = record.start_ms
      call.deadAirMs = null
      break
    case 'hold_ended':
      call.holdSinceMs = null
      pause(call, 'hold', record, record.end_ms - record.start_ms)
      break
    case 'audio_gap':
      call.lost = { times: call.lost.times + 1, ms: call.lost.ms + record.lost_ms, reason: record.reason }
      pause(call, 'gap', record, record.lost_ms)
      break
    case 'backlog':
      call.behindMs = record.lag_ms || null
      break
    case 'fault':
      call.faults.push({
        atMs: record.at_ms,
        component: record.component,
        code: record.code,
        message: record.message,
        recoverable: record.recoverable,
        over: false,
      })
      keepLast(call.faults, MAX_FAULTS)
      break
    case 'call_ended':
      end(call, record)
      break
    case 'cue_suppressed': // a cue that never showed; it is for the reviewers
    case 'voice_measured': // what follows from it comes as behaviours and evidence
      break
  }
}

function transcribe(call: Call, record: WireRecord<'transcribed'>): void {
  call.deadAirMs = null
  // Text again means that the recogniser works again. No event says so by itself.
  for (const fault of call.faults) if (fault.recoverable && isAboutAsr(fault.component)) fault.over = true
  const known = call.byId.get(record.utterance) as Utterance | undefined
  if (known && (known.final || record.revision < known.revision)) return
  if (record.final && !record.text.trim()) {
    if (known) remove(call, known) // the noise that a partial took for words
    return
  }
  if (known) {
    Object.assign(known, wording(record))
    return
  }
  insert(call, {
    type: 'utterance',
    id: record.utterance,
    channel: record.channel,
    startMs: record.start_ms,
    ...wording(record),
  })
}

/** What a version of a text says. Python counts characters, JavaScript half pairs: only beyond the basic plane do they differ. */
function wording(record: WireRecord<'transcribed'>) {
  const characters = [...record.text]
  return {
    revision: record.revision,
    text: record.text,
    final: record.final,
    suspect: record.suspect ?? false,
    stable: characters.slice(0, record.stable ?? 0).join('').length,
    corrected: (record.corrections ?? []).map((c) => ({ heard: c.heard, written: characters.slice(c.start, c.end).join('') })),
  }
}

export const isAboutAsr = (component: string): boolean => /^(asr|engine|recogni[sz]er|transcri)/i.test(component)

function signal(call: Call, record: WireRecord<'signalled'>): void {
  switch (record.signal) {
    case 'emotion':
      call.emotion = record.label
      if (record.utterance) notesOf(call, record.utterance).emotion = record.label
      break
    case 'intent':
      call.intent = record.label
      break
    case 'step':
      call.done.add(record.label)
      break
  }
}

function notice(call: Call, record: WireRecord<'behaviour_noticed'>): void {
  const known = call.behaviours.find((behaviour) => behaviour.rule === record.rule)
  const news = { rule: record.rule, atMs: record.at_ms, times: (known?.times ?? 0) + 1, evidence: record.evidence }
  call.behaviours = [...call.behaviours.filter((behaviour) => behaviour !== known), news]
  keepLast(call.behaviours, MAX_NOTED)
}

function show(call: Call, record: WireRecord<'cue_shown'>): void {
  const others = call.cards.filter((card) => card.id !== record.cue.id)
  while (others.length >= MAX_CARDS) {
    const least = others.reduce((a, b) => (b.priority < a.priority ? b : a))
    others.splice(others.indexOf(least), 1)
  }
  const slot = others.some((card) => card.slot === 1) ? 2 : 1
  call.cards = [...others, { ...record.cue, slot, answer: null }].sort((a, b) => a.slot - b.slot)
}

function end(call: Call, record: WireRecord<'call_ended'>): void {
  call.phase = 'ended'
  call.summary = record.summary
  call.cards = []
  call.holdSinceMs = null
  call.deadAirMs = null
  call.behindMs = null
  call.speaking = { agent: false, customer: false }
}

function pause(call: Call, type: 'hold' | 'dead_air' | 'gap', record: WireRecord<'hold_ended' | 'dead_air' | 'audio_gap'>, ms: number): void {
  const [channel, reason] = record.kind === 'audio_gap' ? [record.channel, record.reason] : [null, '']
  const id = `${type}:${channel}:${record.start_ms}`
  const same = call.byId.get(id) as Pause | undefined
  if (same) same.ms = Math.max(same.ms, ms) // told again because it goes on
  else insert(call, { type, id, startMs: record.start_ms, ms, channel, reason })
}

/** Lines stand in the order in which they began to be said, which is not the order in which they were understood. */
function insert(call: Call, line: Line): void {
  let at = call.lines.length
  while (at > 0 && (call.lines[at - 1]?.startMs ?? 0) > line.startMs) at--
  call.lines.splice(at, 0, line)
  call.byId.set(line.id, line)
  if (call.lines.length <= MAX_LINES) return
  for (const gone of call.lines.splice(0, DROPPED_AT_ONCE)) {
    call.byId.delete(gone.id)
    call.notes.delete(gone.id)
  }
}

function remove(call: Call, line: Line): void {
  call.byId.delete(line.id)
  call.lines.splice(call.lines.indexOf(line), 1)
}

function notesOf(call: Call, id: string): Notes {
  if (!call.notes.has(id)) {
    call.notes.set(id, { forbidden: [], objections: [], emotion: null })
    // Notes on utterances that never get a text would otherwise pile up.
    for (const oldest of call.notes.keys()) {
      if (call.notes.size <= 2 * MAX_LINES) break
      call.notes.delete(oldest)
    }
  }
  return call.notes.get(id) as Notes // read back, so that a reactive map hands out its reactive value
}

function keepLast(list: unknown[], most: number): void {
  if (list.length > most) list.splice(0, list.length - most)
}
