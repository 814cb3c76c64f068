#!/usr/bin/env node
import { goOn } from './needed_node.mjs'

await goOn()
const { isBuilt, load } = await import('./load.mjs')
if (!isBuilt()) {
  console.error("mintmark: it is not built: run `node tools/setup.mjs` in the project's folder")
  process.exit(3)
}
const { main } = await load('main')
await main(process.argv.slice(2))
