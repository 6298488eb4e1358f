// Transcripts and cues are written by strangers and by a recogniser: everything here treats them as text and only text.

// Direction overrides and marks can make a line read backwards or leak into its neighbours; control characters print as boxes.
const UNWANTED = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]/g

/** The same value with unwanted characters taken out of every string in it. */
export function clean<T>(value: T): T {
  if (typeof value === 'string') return value.replace(UNWANTED, '') as T
  if (Array.isArray(value)) return value.map(clean) as T
  if (typeof value === 'object' && value !== null) {
    // fromEntries defines properties, so a key named __proto__ stays an ordinary key
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, clean(item)])) as T
  }
  return value
}

/** What a table says of a key that came over the wire; never what every object inherits. */
export function lookup<T>(table: Partial<Record<string, T>> | null | undefined, key: string | null): T | undefined {
  return table && key !== null && Object.hasOwn(table, key) ? table[key] : undefined
}

export interface Piece {
  text: string
  marked: boolean
}

// What a recogniser adds or leaves out between the words of a phrase.
const BETWEEN = /[\s,.!?;:、，。！？；：…“”"'‘’·—-]/

/** Cuts a line into pieces, marking where the matched words stand; punctuation inside a match does not hide it. */
export function marks(text: string, matched: readonly string[]): Piece[] {
  const kept: number[] = []
  for (let i = 0; i < text.length; i++) if (!BETWEEN.test(text.charAt(i))) kept.push(i)
  const bare = kept.map((i) => text.charAt(i)).join('')
  const inside = new Array<boolean>(text.length).fill(false)
  for (const words of matched) {
    const wanted = [...words].filter((char) => !BETWEEN.test(char)).join('')
    if (!wanted) continue
    for (let from = bare.indexOf(wanted); from >= 0; from = bare.indexOf(wanted, from + wanted.length)) {
      inside.fill(true, kept[from], (kept[from + wanted.length - 1] ?? 0) + 1)
    }
  }
  const pieces: Piece[] = []
  let start = 0
  for (let i = 1; i <= text.length; i++) {
    if (i < text.length && inside[i] === inside[start]) continue
    pieces.push({ text: text.slice(start, i), marked: inside[start] ?? false })
    start = i
  }
  return pieces
}

/** 83 000 ms is 1:23; an hour and more is 1:02:03. */
export function clock(ms: number): string {
  const total = Math.max(0, Math.floor(ms / 1000))
  const two = (value: number) => String(value).padStart(2, '0')
  const [hours, minutes, seconds] = [Math.floor(total / 3600), Math.floor(total / 60) % 60, total % 60]
  return hours ? `${hours}:${two(minutes)}:${two(seconds)}` : `${minutes}:${two(seconds)}`
}

/** A share of one as whole per cent. */
export function percent(share: number): string {
  return `${Math.round(share * 100)}%`
}

/** A length in seconds, with one decimal below ten: 1.2, 34. */
export function seconds(ms: number): string {
  return ms < 10_000 ? String(Math.round(ms / 100) / 10) : String(Math.round(ms / 1000))
}
