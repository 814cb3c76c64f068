/**
 * A process that appends to a ledger until it is killed: `node appender.ts FOLDER WAIT_MS RUN_RECORDS`.
 * Writes the token ids of a batch to standard output once they are acknowledged, one line each.
 */
import { existsSync, writeSync } from 'node:fs'
import { openFolderLedger } from '../src/home/ledger_home.ts'
import { issuance } from './tokens.ts'

const [folder = '', wait = '0', runRecords] = process.argv.slice(2)
// A process that is killed over and over loads no client of a database that it does not need.
const isElsewhere = existsSync(`${folder}/private/store`)
const open = isElsewhere
  ? (await import('../src/home/ledger_home.ts')).openLedger
  : openFolderLedger
const ledger = await open(folder, {
  now: Date.now,
  publishIntervalMs: 5,
  segmentBytes: 100_000,
  runRecords: runRecords === undefined ? undefined : Number(runRecords),
})
writeSync(1, 'open\n')
for (;;) {
  const count = 1 + Math.floor(Math.random() * 60)
  const batch = Array.from({ length: count }, () => issuance())
  // oxlint-disable-next-line no-await-in-loop -- one batch after the other
  const receipts = await Promise.all(batch.map((entry) => ledger.append(entry)))
  const lines = batch.map(({ tokenId }, i) => `${tokenId} ${receipts[i]?.index ?? -1}\n`)
  writeSync(1, lines.join(''))
  // oxlint-disable-next-line no-await-in-loop -- one batch after the other
  if (wait !== '0') await new Promise((resolve) => setTimeout(resolve, Number(wait)))
}
