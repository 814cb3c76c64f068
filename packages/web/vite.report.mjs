/** Builds the report's components into one module that renders them without a browser. */
import { fileURLToPath } from 'node:url'
import { svelte } from '@sveltejs/vite-plugin-svelte'
import { defineConfig } from 'vite'

const here = (path) => fileURLToPath(new URL(path, import.meta.url))

/** A region that scrolls must be reached by keyboard, which the compiler does not know. */
const onwarn = (warning, next) => {
  if (warning.code !== 'a11y_no_noninteractive_tabindex') next(warning)
}

export default defineConfig({
  root: here('./report'),
  logLevel: 'warn',
  plugins: [svelte({ configFile: false, onwarn, compilerOptions: { css: 'injected' } })],
  ssr: { noExternal: true },
  build: {
    ssr: here('./report/entry.mjs'),
    outDir: here('./dist/report'),
    emptyOutDir: true,
    target: 'node20',
    minify: false,
    reportCompressedSize: false,
    rollupOptions: { checks: { pluginTimings: false }, output: { entryFileNames: 'render.js' } },
  },
})
