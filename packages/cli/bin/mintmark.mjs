#!/usr/bin/env node
import { goOn } from './needed_node.mjs'

await goOn()
const { isSetUp, load } = await import('./load.mjs')
if (!isSetUp()) {
  console.error("mintmark: it is not set up: run `node tools/setup.mjs` in the project's folder")
  process.exit(3)
}
const { main } = await load('main')
await main(process.argv.slice(2))
