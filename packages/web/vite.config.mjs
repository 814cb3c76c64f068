/** Builds the page that `mintmark ui` serves: static files without inline script or style. */
import { fileURLToPath } from 'node:url'
import { svelte } from '@sveltejs/vite-plugin-svelte'
import { defineConfig } from 'vite'

const here = (path) => fileURLToPath(new URL(path, import.meta.url))

/** A region that scrolls must be reached by keyboard, which the compiler does not know. */
const onwarn = (warning, next) => {
  if (warning.code !== 'a11y_no_noninteractive_tabindex') next(warning)
}

export default defineConfig({
  root: here('./app'),
  logLevel: 'warn',
  plugins: [svelte({ configFile: false, onwarn, compilerOptions: { css: 'external' } })],
  build: {
    outDir: here('./dist/page'),
    emptyOutDir: true,
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    rollupOptions: { checks: { pluginTimings: false } },
  },
})
