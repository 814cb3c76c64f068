import assert from 'node:assert/strict'
import { execFileSync, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { Session } from '../../src/engine/session.ts'
import { ingest } from '../../src/ingest/ingest.ts'
import { type Case, openCase } from '../../src/store/case.ts'
import { backends, embedded } from '../backends.ts'
import { accessLine, contentOf, writeEvidence } from './ingest_files.ts'

const CHILD = fileURLToPath(new URL('ingest_child.ts', import.meta.url))
const ROUNDS = Number(process.env['KILL_ROUNDS'] ?? 4)

const root = mkdtempSync(join(tmpdir(), 'mintmark-fault-'))
const evidence = join(root, 'evidence')
writeEvidence(evidence)
after(() => rmSync(root, { recursive: true, force: true }))

async function ingestedContent(location: string): Promise<string> {
  const opened = await openCase(location)
  try {
    await ingest(opened, [evidence])
    return await contentOf(opened.session)
  } finally {
    await opened.close()
  }
}

/** Starts an ingest in a process of its own and kills it, some time after it has the case open. */
async function killedAfter(location: string, delayMs: number): Promise<boolean> {
  const child = fork(CHILD, [location, evidence], { stdio: 'ignore' })
  const ended = once(child, 'exit')
  await Promise.race([once(child, 'message'), ended])
  const timer = setTimeout(() => child.kill('SIGKILL'), delayMs)
  await ended
  clearTimeout(timer)
  return child.signalCode === 'SIGKILL'
}

describe('ingest, killed', () => {
  for (const backend of backends) {
    it(`loses and doubles no row: ${backend.name}`, { skip: backend.skip ?? false }, async () => {
      const [calm, stormy] = [await backend.start(), await backend.start()]
      try {
        const startMs = performance.now()
        const wanted = await ingestedContent(calm.location)
        const wholeMs = performance.now() - startMs
        let kills = 0
        const rounds = backend.name === 'a folder' ? ROUNDS : Math.ceil(ROUNDS / 2)
        for (let round = 0; round < rounds; round++) {
          // From early to late, all but the first at random: the rounds before leave less and less to do.
          const share = round === 0 ? 0 : (0.7 * (round + Math.random())) / rounds
          if (await killedAfter(stormy.location, wholeMs * share)) kills++
        }
        assert.ok(kills > 0)
        assert.equal(await ingestedContent(stormy.location), wanted)
      } finally {
        await calm.stop()
        await stormy.stop()
      }
    })
  }

  it('is killed while it opens the case, and the case still opens', async () => {
    const place = await embedded.start()
    for (const delayMs of [150, 300, 500, 800]) {
      const child = fork(CHILD, [place.location, evidence], { stdio: 'ignore' })
      const ended = once(child, 'exit')
      const timer = setTimeout(() => child.kill('SIGKILL'), delayMs)
      await ended
      clearTimeout(timer)
    }
    await (await openCase(place.location)).close()
    await place.stop()
  })
})

/** The case's session, but its nth insert fails as one on a full disk does. */
function failingAt(opened: Case, insert: number): Case {
  let inserts = 0
  const session: Session = new Proxy(opened.session, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target)
      if (typeof value !== 'function') return value
      if (name !== 'insert') return value.bind(target)
      return async (...args: Parameters<Session['insert']>) => {
        if (++inserts === insert) {
          // The rows may or may not be there already when the error comes.
          if (insert % 2 === 0) await target.insert(...args)
          throw Object.assign(new Error('injected'), { code: 'DISK_FULL' })
        }
        await target.insert(...args)
      }
    },
  })
  return { ...opened, session }
}

describe('ingest, when the engine fails', () => {
  let place: Awaited<ReturnType<typeof embedded.start>>
  let opened: Case
  let wanted = ''

  before(async () => {
    const calm = await embedded.start()
    wanted = await ingestedContent(calm.location)
    await calm.stop()
    place = await embedded.start()
    opened = await openCase(place.location)
  })
  after(async () => {
    await opened.close()
    await place.stop()
  })

  it('leaves no row of a file that is not whole, whichever insert it is, and goes on', async () => {
    for (let insert = 1; insert <= 6; insert++) {
      const failed = await ingest(failingAt(opened, insert), [evidence], { threads: 1 }).then(
        () => false,
        (error: unknown) => {
          assert.match(String(error), /injected/u)
          return true
        },
      )
      if (!failed) break
      for (const table of ['access', 'issuance', 'directory', 'reject', 'statement']) {
        const [row] = await opened.session.rows(
          `SELECT count() AS stray FROM ${table} WHERE evidence_id NOT IN (SELECT evidence_id FROM evidence)`,
        )
        assert.equal(row?.['stray'], '0', `${table} after insert ${insert}`)
      }
    }
    await ingest(opened, [evidence])
    assert.equal(await contentOf(opened.session), wanted)
  })
})

describe('ingest, on a full disk', () => {
  const mount = join(root, 'small disk')
  let skip: string | false = false
  try {
    mkdirSync(mount)
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=24m', 'tmpfs', mount], { stdio: 'ignore' })
    after(() => {
      execFileSync('umount', ['-l', mount], { stdio: 'ignore' })
    })
  } catch {
    skip = 'no small disk can be mounted here'
  }

  it('says so, and the case is as it was', { skip }, async () => {
    const first = join(root, 'first.ndjson')
    writeFileSync(first, `${accessLine(1)}\n`)
    const large = join(root, 'large.ndjson')
    const lines = Array.from({ length: 30_000 }, (_, n) =>
      accessLine(n, { text: `${Math.random()}`.repeat(50) }),
    )
    writeFileSync(large, lines.join('\n'))
    assert.ok(statSync(large).size > 24e6)
    const location = join(mount, 'case')
    const opened = await openCase(location)
    await ingest(opened, [first])
    const untouched = await contentOf(opened.session)
    await assert.rejects(ingest(opened, [large]), {
      code: 'DISK_FULL',
      message: /^no space left where the case is kept\. Nothing is lost: make room/,
    })
    assert.equal(await contentOf(opened.session), untouched)
    await opened.close()
    const again = await openCase(location)
    assert.equal(await contentOf(again.session), untouched)
    await again.close()
    assert.throws(() => writeFileSync(join(mount, 'filler'), Buffer.alloc(30e6)), /ENOSPC/u)
    await assert.rejects(openCase(join(mount, 'another case')), { code: 'DISK_FULL' })
  })
})
