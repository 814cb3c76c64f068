/** What must hold after `mintmark scrub`: nothing of the key is left, and a debugger says what it said before. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { rmSync, statSync } from 'node:fs'
import { after, it } from 'node:test'
import { mintmark } from '@mintmark/testkit'
import { leftovers } from './leftovers.ts'
import { gdbBacktrace } from './process/backtrace.ts'
import { type Piece, piecesOf } from './process/core_file.ts'
import { givenKeys, type HeldCore, secretsOf } from './process/held_core.ts'
import { placeOf } from './scan_checks.ts'
import { scanned } from './scanned.ts'
import { search } from './truth/exact_search.ts'
import { piecesLeft } from './truth/secret_pieces.ts'

/** Holds the scrubbed copy until the checks of one victim are over. */
export function checkScrub(held: () => HeldCore, step: 1 | 8 = 8): void {
  const out = () => `${held().core.path}.scrubbed`
  after(() => {
    for (const path of [out(), `${out()}.report.json`]) rmSync(path, { force: true })
  })

  it('is scrubbed, as long as before, and itself unchanged', async () => {
    const { core, pieces } = held()
    const before = hashOf(pieces)
    const { size } = statSync(core.path)
    const {
      code,
      out: said,
      err,
    } = await mintmark('scrub', core.path, '-o', out(), ...givenKeys(held()))
    assert.equal(code, 0, `${said}${err}`)
    assert.deepEqual([statSync(out()).size, statSync(core.path).size], [size, size])
    assert.equal(hashOf(piecesOf(core.path)), before)
  })

  it('then has no key for --deep', async () => {
    const scan = await scanned(out(), '--deep', ...givenKeys(held()))
    assert.deepEqual(
      scan.findings.filter(({ note }) => note !== 'self-test'),
      [],
    )
  })

  it('then has no private value left in any spelling, and no number that leads to a factor', () => {
    const pieces = piecesOf(out())
    const { core, truths } = held()
    assert.deepEqual(search(pieces, secretsOf(truths)).map(placeOf), [])
    for (const { rsa } of truths)
      if (rsa !== undefined) assert.deepEqual(leftovers(pieces, core.loads, rsa.n, step), [])
  })

  it('then has no piece of 96 bits left of a secret, in memory or in registers', () => {
    const secrets = held().truths.flatMap((truth) => truth.secrets)
    assert.deepEqual(piecesLeft(piecesOf(out()), secrets), [])
  })

  it('then gives gdb the same backtraces and registers', () => {
    const { program, path } = held().core
    const before = gdbBacktrace(program, path)
    assert.ok(before.filter((line) => line.startsWith('#')).length >= 3, before.join('\n'))
    assert.deepEqual(gdbBacktrace(program, out()), before)
  })
}

/** All that is not zero, and where it lies. */
function hashOf(pieces: readonly Piece[]): string {
  const hash = createHash('sha256')
  for (const { offset, bytes } of pieces) hash.update(`${offset} ${bytes.length}\n`).update(bytes)
  return hash.digest('hex')
}
