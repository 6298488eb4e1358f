import type { Answer } from './wire'

export interface Stroke {
  slot: number | 'top'
  answer: Answer
}

type Key = Pick<KeyboardEvent, 'code' | 'key' | 'shiftKey' | 'ctrlKey' | 'altKey' | 'metaKey' | 'repeat' | 'isComposing'>

/** 1 or 2 accepts the cue of that number, with Shift dismisses it; Esc dismisses the top one. */
export function stroke(event: Key): Stroke | null {
  if (event.ctrlKey || event.altKey || event.metaKey || event.repeat || event.isComposing) return null
  if (event.key === 'Escape') return { slot: 'top', answer: 'dismissed' }
  // By code, because Shift turns the digit into another character, a different one on each layout.
  const digit = /^(?:Digit|Numpad)([12])$/.exec(event.code)?.[1]
  return digit ? { slot: Number(digit), answer: event.shiftKey ? 'dismissed' : 'accepted' } : null
}

/** Is the person typing somewhere, so that a digit is a digit? */
export function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
}
