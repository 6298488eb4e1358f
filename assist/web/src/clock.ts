import { computed, onMounted, onUnmounted, ref } from 'vue'

import type { Store } from './store'

/** Call time that goes on between events while the call runs and the copilot is heard, and stands still otherwise. */
export function useCallClock(store: Store) {
  const now = ref(performance.now())
  let timer: ReturnType<typeof setInterval> | undefined
  onMounted(() => (timer = setInterval(() => (now.value = performance.now()), 250)))
  onUnmounted(() => clearInterval(timer))
  return computed(() => {
    const { atMs, readAt } = store.clockBase.value
    const runs = store.call.phase === 'running' && store.link.value === 'open'
    return runs ? atMs + Math.max(0, now.value - readAt) : atMs
  })
}
