import { createApp } from 'vue'

import App from './App.vue'
import { followLanguage } from './i18n'
import { createStore, storeKey } from './store'
import { takeToken } from './token'
import './style.css'

const store = createStore(`${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/ws`)

followLanguage()
store.connect(takeToken())

// Following the new link of a restarted copilot in this tab changes the fragment alone; nothing is loaded anew.
addEventListener('hashchange', () => {
  if (location.hash.includes('token=')) store.connect(takeToken())
})
document.addEventListener('visibilitychange', () => {
  if (document.visibilityState === 'visible') store.probe()
})

const app = createApp(App)
// One part that fails to draw must not leave a page that looks live and shows nothing.
app.config.errorHandler = () => {
  store.problem.value = { code: 'page', message: '' }
}
app.provide(storeKey, store).mount('#app')
