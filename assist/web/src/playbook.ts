import { clean } from './text'

export interface Step {
  id: string
  zh: string
  en?: string
  required: boolean
}

export interface Stage {
  id: string
  zh: string
  en?: string
  off_call: boolean
  interlude: boolean
  do: string[]
  never: string[]
  steps: Step[]
}

export interface Scene {
  zh: string
  model: string
  stages: Stage[]
}

export interface Playbook {
  id: string
  version: string
  title: string
  labels: Partial<Record<string, Record<string, string>>>
  scenes: Record<string, Scene>
  advice: Record<string, string>
}

/** The playbook in use, or null when it cannot be had: the page then falls back on the names built into it. */
export async function fetchPlaybook(token: string): Promise<Playbook | null> {
  try {
    const answer = await fetch('/api/playbook', { headers: { Authorization: `Bearer ${token}` }, cache: 'no-store' })
    if (!answer.ok) return null
    const given = clean(await answer.json()) as Partial<Playbook> | null
    if (typeof given !== 'object' || given === null) return null
    return { id: '', version: '', title: '', labels: {}, scenes: {}, advice: {}, ...given }
  } catch {
    return null
  }
}

/** The stages that a progress line shows: those on the call, and those in between once they were entered. */
export function shownStages(scene: Scene | undefined, seen: readonly string[]): Stage[] {
  return (scene?.stages ?? []).filter((stage) => seen.includes(stage.id) || !(stage.off_call || stage.interlude))
}
