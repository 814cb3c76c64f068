/**
 * One start of a guard from tiles, in a process that has done nothing else: `node guard_start.ts FILE`, where FILE holds
 * {@link StoredLedger}, serialised. Writes a {@link Start} to standard output.
 */
import { readFileSync } from 'node:fs'
import { deserialize } from 'node:v8'
import { LedgerFollower } from '@mintmark/guard'
import { logPolicy, type VerifierKey } from '@mintmark/ledger'

export interface StoredLedger {
  readonly files: Readonly<Record<string, Uint8Array>>
  readonly key: VerifierKey
}

export interface Start {
  readonly liveTokens: number
  readonly tookMs: number
  /** User and system, of all threads. */
  readonly cpuMs: number
}

const [, , file = ''] = process.argv
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the bench has written it
const { files, key } = deserialize(readFileSync(file)) as StoredLedger
const follower = new LedgerFollower({
  read: (path) => Promise.resolve(files[path]),
  policy: logPolicy(key),
  now: Date.now,
})
const before = process.cpuUsage()
const start = performance.now()
await follower.refresh()
const tookMs = performance.now() - start
const { user, system } = process.cpuUsage(before)
if (follower.trouble !== undefined) throw new Error('the ledger cannot be followed')
const { liveTokens } = follower
await follower.stop()
process.stdout.write(
  JSON.stringify({ liveTokens, tookMs, cpuMs: (user + system) / 1000 } satisfies Start),
)
