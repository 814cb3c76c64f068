/**
 * One start of a ledger, in a process of its own: `node ledger_start.ts FOLDER NOW_MS [killed]`.
 * Prints what it took as JSON. With `killed` it then appends, and ends without a word to the ledger.
 */
import { randomUUID } from 'node:crypto'
import { openHome } from '@mintmark/ledger'
import { makeEntry } from './ledger_load.ts'

export interface Start {
  readonly liveTokens: number
  readonly tookMs: number
  /** Of processor time. */
  readonly cpuMs: number
  readonly rssBytes: number
}

const [folder = '', now = '0', end = ''] = process.argv.slice(2)
const nowMs = Number(now)
const from = performance.now()
const home = await openHome(folder)
const ledger = await home.open({
  now: () => nowMs,
  onNotice: (text) => process.stderr.write(`${text}\n`),
})
const tookMs = performance.now() - from
const { user, system } = process.cpuUsage()
const cpuMs = (user + system) / 1000
const { liveTokens } = ledger
const rssBytes = process.memoryUsage().rss
process.stdout.write(`${JSON.stringify({ liveTokens, tookMs, cpuMs, rssBytes } satisfies Start)}\n`)
if (end !== 'killed') {
  await ledger.close()
  await home.close()
} else {
  const pattern = makeEntry()
  const times = { issuedAtMs: nowMs, expiresMs: nowMs + 3_000_000 }
  const batch = Array.from({ length: 4096 }, () => ({
    ...pattern,
    ...times,
    tokenId: randomUUID(),
  }))
  await Promise.all(batch.map((entry) => ledger.append(entry)))
  process.kill(process.pid, 'SIGKILL')
}
