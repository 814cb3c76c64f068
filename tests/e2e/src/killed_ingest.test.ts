/** Ingest is exactly once: killed at any instant and run again, no row is lost or doubled. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { after, before, describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import { mintmark, start } from './built_command.ts'

const FILES = 4
const LINES = 5000
const folder = mkdtempSync(join(tmpdir(), 'mintmark-kill-'))
const exports = join(folder, 'exports')
after(() => rmSync(folder, { recursive: true, force: true }))

const idOf = (name: string) =>
  createHash('md5')
    .update(name)
    .digest('hex')
    .replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')

function lineOf(file: number, at: number): string {
  // One in a hundred is in the next file, too.
  const name = `${at % 100 === 0 ? file >> 1 : file} ${at}`
  return `${JSON.stringify({
    schema: 'mintmark-access/1',
    id: idOf(`record ${name}`),
    at: new Date(Date.UTC(2023, 4, 15) + at * 60_000).toISOString(),
    operation: 'MailRead',
    service: 'mail',
    tokenId: idOf(`token ${name}`),
    principal: `user-${at % 50}@example.org`,
    mailbox: `user-${at % 50}@example.org`,
    tenant: 'agency',
    items: [{ messageId: `<${at}-${file}@mail.example.org>`, bytes: at }],
  })}\n`
}

/** Everything that may not differ, in one row: what is there, how often, from which line of which file. */
const CONTENT = `
  SELECT
    (SELECT (count(), sum(cityHash64(record_id, at, token_id, principal, item_message_id))) FROM access) AS accesses,
    (SELECT groupArray(of) FROM (SELECT (path, sha256, shape, accesses, rejected_rows) AS of FROM evidence ORDER BY path)) AS files,
    (SELECT (count(), sum(cityHash64(line, reason))) FROM reject) AS rejects`

async function contentOf(place: string): Promise<string> {
  const { code, out, err } = await mintmark('sql', CONTENT, '--case', place)
  assert.deepEqual([code, err], [0, ''])
  return out
}

const ingest = (place: string) => start('ingest', exports, '--case', place, '--threads', '2')

describe('an ingest that is killed', () => {
  let undisturbed = ''
  let takesMs = 0

  before(async () => {
    mkdirSync(exports)
    for (let file = 0; file < FILES; file++) {
      const lines = Array.from({ length: LINES }, (_, at) => lineOf(file, at))
      const text = Buffer.from(`${lines.join('')}no record\n`)
      writeFileSync(join(exports, `${file}`), file % 2 === 0 ? text : gzipSync(text, { level: 1 }))
    }
    const startedMs = performance.now()
    const { code } = await ingest(join(folder, 'undisturbed')).ended
    takesMs = performance.now() - startedMs
    assert.equal(code, 0)
    undisturbed = await contentOf(join(folder, 'undisturbed'))
  })

  it('and run again has the rows of one that was not', async () => {
    const place = join(folder, 'killed')
    let kills = 0
    // A run may be quicker than the one that was timed: then the next is killed earlier.
    for (let share = 0.75; kills < 2 && share > 0.01; share *= 0.7) {
      const { process: child, ended } = ingest(place)
      // oxlint-disable-next-line no-await-in-loop -- one run after the other on one case
      await sleep(takesMs * share)
      child.kill('SIGKILL')
      // oxlint-disable-next-line no-await-in-loop -- the same
      const { signal } = await ended
      if (signal === 'SIGKILL') kills++
      // What was whole is found again at once: only another case is something to be killed at.
      else rmSync(place, { recursive: true })
    }
    assert.equal(kills, 2, 'every run was over before it could be killed')
    const { code, err } = await ingest(place).ended
    assert.deepEqual([code, err], [0, ''])
    assert.equal(await contentOf(place), undisturbed)
  })

  it('has nothing more to read after that', async () => {
    const place = join(folder, 'killed')
    const { out } = await mintmark('ingest', exports, '--case', place, '--json')
    assert.match(out, /"added":0,"rows":0,/)
    assert.equal(await contentOf(place), undisturbed)
  })
})
