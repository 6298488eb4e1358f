// The token comes in the fragment, which no browser sends to any server, and is gone from the address bar at once.

const KEY = 'assist.token'
const SHAPE = /^[A-Za-z0-9_-]{16,256}$/

/** The token of this tab, from the address or from before a reload; null when the page was opened without one. */
export function takeToken(): string | null {
  const given = new URLSearchParams(location.hash.slice(1)).get('token')
  if (given !== null) history.replaceState(null, '', location.pathname + location.search)
  try {
    if (given !== null && SHAPE.test(given)) sessionStorage.setItem(KEY, given)
    return sessionStorage.getItem(KEY)
  } catch {
    return given // storage is switched off: the token lives until the page is reloaded
  }
}
