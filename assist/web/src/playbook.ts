import { clean, lookup } from './text'

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

export interface Questionnaire {
  zh: string
  questions: Record<string, { zh: string; answers: Record<string, string> }>
}

export interface Playbook {
  id: string
  version: string
  questionnaires?: Record<string, Questionnaire>
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
    return { id: '', version: '', labels: {}, scenes: {}, advice: {}, ...given }
  } catch {
    return null
  }
}

/** What is known of the scene; of a call without one, the names of its model's stages, but no scene's do and never-do. */
export function sceneOf(playbook: Playbook | null, scene: string | null, model: string | null): Scene | undefined {
  const named = lookup(playbook?.scenes, scene)
  if (named) return named
  const akin = Object.values(playbook?.scenes ?? {}).find((one) => one.model === model)
  return akin && { ...akin, stages: akin.stages.map((stage) => ({ ...stage, do: [], never: [] })) }
}

/**
 * The stages that a progress line shows: those on the call, in the model's order, and those in between once they were
 * entered, each after the stage that it came after.
 */
export function shownStages(scene: Scene | undefined, seen: readonly string[]): Stage[] {
  const all = scene?.stages ?? []
  const shown = all.filter((stage) => !stage.interlude && (!stage.off_call || seen.includes(stage.id)))
  seen.forEach((id, at) => {
    const between = all.find((stage) => stage.id === id && stage.interlude)
    if (between) shown.splice(shown.findIndex((stage) => stage.id === seen[at - 1]) + 1, 0, between)
  })
  return shown
}
