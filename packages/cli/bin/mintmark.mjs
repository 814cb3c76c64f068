#!/usr/bin/env node
import { existsSync } from 'node:fs'
import { goOn } from './needed_node.mjs'

await goOn()
if (!existsSync(new URL('../dist/src/main.js', import.meta.url))) {
  console.error("mintmark: it is not built: run `node tools/setup.mjs` in the project's folder")
  process.exit(3)
}
const { load } = await import('./load.mjs')
const { main } = await load('main')
await main(process.argv.slice(2))
