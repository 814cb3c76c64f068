#!/usr/bin/env node
import { bundled } from './bundled.cjs'

const { main } = bundled('main.cjs') ?? (await import('../dist/src/main.js'))
await main(process.argv.slice(2))
