import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { describe, it } from 'node:test'
import { campus, FAULTS, FORGER, faulted, firm, type World } from '../src/index.ts'
import { textOfFile } from '../src/world/format.ts'
import { textOf } from '../src/world/world.ts'

const ALL = [...FAULTS, ...FORGER]
const small = campus(2, { people: 14 })
const WORLDS: readonly World[] = [
  firm(6, { people: 6 }),
  small,
  { ...small, files: [...small.files, ...small.partner] },
]
/** What the evidence of a world is, as one number. */
function markOf({ files, others }: World): string {
  const hash = createHash('sha256')
  for (const file of files) hash.update(file.path + file.wrapping).update(textOfFile(file))
  for (const { path, content } of others) hash.update(path).update(content)
  return hash.digest('hex')
}
const MARKS = new Map(WORLDS.map((world) => [world, markOf(world)]))
const rowsOf = ({ files }: World) => files.flatMap(({ rows }) => rows.map(({ data }) => data))
const wordsIn = (text: string) => text.split(/\s+/).length

describe('faults', () => {
  it('are forty and more, each with a name of its own', () => {
    assert.ok(FAULTS.length >= 40)
    assert.equal(new Set(ALL.map(({ name }) => name)).size, ALL.length)
  })

  it('say what they are in sentences that are short', () => {
    const long = ALL.filter(({ accident, does }) => wordsIn(accident) > 25 || wordsIn(does) > 25)
    assert.deepEqual(long, [])
    for (const { accident, does } of ALL) assert.match(accident + does, /^[A-Z].*\..*\.$/)
  })

  for (const fault of ALL)
    it(`${fault.name} happens somewhere, the same way each time, and leaves the truth`, () => {
      const done = WORLDS.flatMap((world) => {
        const once = faulted(world, fault)
        const again = faulted(world, fault)
        if (once === undefined || again === undefined) return []
        const mark = markOf(once)
        if (world === small) assert.equal(markOf(again), mark)
        assert.equal(once.truth, world.truth)
        assert.deepEqual(once.faults, [fault.name])
        return [mark !== MARKS.get(world)]
      })
      assert.ok(done.includes(true))
    })
})

/** Those that say that nothing is lost: every record is still there, as it was. */
const LOSSLESS = FAULTS.filter(({ does }) => does.startsWith('Nothing is lost'))

describe('faults that lose nothing', () => {
  it('are some', () => assert.ok(LOSSLESS.length >= 10))

  for (const fault of LOSSLESS)
    it(`${fault.name} keeps each record as it was`, () => {
      for (const world of WORLDS) {
        const changed = faulted(world, fault)
        if (changed === undefined) continue
        const left = new Set(rowsOf(changed).map((data) => JSON.stringify(data)))
        const lost = rowsOf(world).filter((data) => !left.has(JSON.stringify(data)))
        assert.deepEqual(lost, [])
      }
    })
})

describe('the forger', () => {
  for (const fault of FORGER)
    it(`${fault.name} changes forged records alone, and never their address`, () => {
      for (const world of WORLDS) {
        const changed = faulted(world, fault)
        assert.ok(changed !== undefined)
        const before = new Map(rowsOf(world).map((data) => [textOf(data, 'Id'), data]))
        for (const data of rowsOf(changed)) {
          const own = before.get(textOf(data, 'Id'))
          if (own === undefined || own === data || textOf(data, 'Id') === '') continue
          assert.notEqual(world.truth.get(textOf(data, 'Id'))?.forged ?? '', '')
          for (const name of ['ClientIPAddress', 'Id', 'CreationTime', 'MailboxGuid'])
            assert.equal(data[name], own[name])
        }
      }
    })
})
