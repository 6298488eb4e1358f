import vue from '@vitejs/plugin-vue'
import { loadEnv } from 'vite'
import { defineConfig } from 'vitest/config'

// `npm run dev` shows this page against a running copilot: ASSIST_URL=http://127.0.0.1:PORT
const copilot = loadEnv('', '.', 'ASSIST_').ASSIST_URL ?? 'http://127.0.0.1:8765'
// The copilot refuses foreign Host and Origin headers, so the proxy speaks as the page it serves itself.
const proxied = { target: copilot, changeOrigin: true, headers: { origin: copilot } }

export default defineConfig({
  base: './',
  plugins: [vue()],
  define: {
    __VUE_OPTIONS_API__: 'false',
    __VUE_PROD_DEVTOOLS__: 'false',
    __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: 'false',
  },
  build: {
    outDir: '../server/static',
    emptyOutDir: true, // it lies outside this folder, so Vite would otherwise leave old files behind
    target: 'es2022',
    assetsInlineLimit: 0, // the page's security policy lets nothing run or style from inside the HTML
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
  server: { host: '127.0.0.1', proxy: { '/ws': { ...proxied, ws: true }, '/api': proxied } },
  test: { include: ['tests/**/*.test.ts'], environment: 'node' },
})
