import type { Cue, Kind, WireRecord } from '../src/wire'

type Own<K extends Kind> = Omit<WireRecord<K>, 'v' | 'call_id' | 'seq' | 'at_ms' | 'kind'>

/** Records of one call, numbered as the server numbers them. */
export function caller(callId = 'c1') {
  let seq = 0
  const make = <K extends Kind>(at_ms: number, kind: K, own: Own<K>): WireRecord =>
    ({ v: 1, call_id: callId, seq: ++seq, at_ms, kind, ...own }) as unknown as WireRecord
  const started = () =>
    make(0, 'call_started', {
      source: 'demo.wav',
      scene: 'churn_inbound',
      playbook: { id: 'telecom', version: '1' },
      started_at: '2026-01-05T09:00:00+08:00',
      engine: 'fake',
    })
  const say = (utterance: string, text: string, more: Partial<Own<'transcribed'>> = {}) =>
    make(more.end_ms ?? 1000, 'transcribed', {
      utterance,
      channel: 'customer',
      revision: 1,
      start_ms: 0,
      end_ms: 1000,
      text,
      final: true,
      ...more,
    })
  const show = (id: string, more: Partial<Cue> = {}) =>
    make(1000, 'cue_shown', {
      cue: { id, kind: 'say', title: id, say: '……', because: [], source: 'M3', priority: 50, expires_ms: 9000, entry: id, ...more },
    })
  return { make, started, say, show }
}
