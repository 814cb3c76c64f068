/** Loaded before a process: its clock is ahead by what a file says, which may change while it runs. */
import { readFileSync } from 'node:fs'

const file = process.env['MINTMARK_TEST_AHEAD'] ?? ''
const now = Date.now.bind(Date)
Date.now = () => now() + Number(readFileSync(file, 'utf8'))
