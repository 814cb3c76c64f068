import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { KnownEvidence } from '../../src/ingest/known_evidence.ts'

const sha256 = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'

/** Files of one content, as empty exports of many hours are; `reads` counts how often their paths were asked for. */
function alike(count: number) {
  const known = new KnownEvidence()
  const asked = { reads: 0 }
  for (let index = 1; index <= count; index++) {
    const path = `exports/hour-${index}.json`
    known.add({
      evidenceId: index,
      get path() {
        asked.reads++
        return path
      },
      sha256,
      sizeBytes: 2,
      sameAs: index === 1 ? 0 : 1,
    })
  }
  return { known, asked }
}

describe('files of one content', () => {
  it('differ by their full paths, and the first is the one that they repeat', () => {
    const { known } = alike(3)
    assert.equal(known.sameFile(sha256, './exports/../exports/hour-2.json')?.evidenceId, 2)
    assert.equal(known.sameFile(sha256, 'exports/hour-4.json'), undefined)
    assert.equal(known.sameFile('', 'exports/hour-1.json'), undefined)
    assert.equal(known.sameBytes(sha256), 1)
  })

  it('cost as much each, however many there are', () => {
    const { known, asked } = alike(2000)
    for (let index = 1; index <= 2000; index++) {
      known.sameFile(sha256, `exports/hour-${index}.json`)
      known.sameFile(sha256, `exports/other-${index}.json`)
    }
    assert.ok(asked.reads <= 2000, `${asked.reads} paths were looked at`)
  })
})
