#!/usr/bin/env node
import { existsSync } from 'node:fs'
import { bundled } from './bundled.cjs'
import { goOn } from './needed_node.mjs'

await goOn()
const modules = new URL('../dist/src/main.js', import.meta.url)
if (!existsSync(modules)) {
  console.error("mintmark: it is not built: run `node tools/setup.mjs` in the project's folder")
  process.exit(3)
}
const { main } = bundled('main.cjs') ?? (await import(modules.href))
await main(process.argv.slice(2))
