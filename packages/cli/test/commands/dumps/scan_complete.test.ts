/** The ledger of completeness: whatever stops a search is one record, and every rendering says so. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { answerOf, GAP_CODES, type GapCode, type Scanned } from '@mintmark/scan/answer'
import { documentOf, exitCodeOf } from '../../../src/commands/dumps/scan.ts'
import { scanSarif } from '../../../src/render/sarif.ts'
import { type Answered, scanText } from '../../../src/render/scan_text.ts'
import { findingOf, reportOf } from '../../scan_reports.ts'

const MESSAGE = 'a part was left out'

/** A scan that found what is given, and was stopped in one way. */
function stopped(code: GapCode | undefined, isFound: boolean): Scanned {
  const record = { code, message: MESSAGE, facts: {} }
  const report = reportOf(isFound ? [findingOf()] : [])
  const unreadable = code === 'not-read' ? [{ path: 'core', reason: MESSAGE }] : []
  const flawed = ['segment-cut', 'header-damaged', 'stream-damaged', 'table-cut', 'not-understood']
  if (code === undefined || code === 'not-read') return { reports: [report], unreadable }
  const list = flawed.includes(code) ? 'flaws' : 'limits'
  return { reports: [{ ...report, [list]: [record] }], unreadable }
}

function answered(scanned: Scanned): Answered {
  const answer = answerOf(scanned)
  return { scanned, answer, code: exitCodeOf(answer) }
}

describe('a search that was stopped', () => {
  for (const code of GAP_CODES) {
    it(`by ${code} is not complete in text, JSON, SARIF and exit code`, () => {
      const shown = answered(stopped(code, false))
      assert.equal(shown.code, 3)
      const text = scanText(shown)
      assert.doesNotMatch(text, /NOTHING FOUND/)
      assert.match(text, /^CANNOT TELL: .*\(64\.0 KiB searched\)\. 1 part NOT SEARCHED/)
      assert.ok(text.includes(`core: ${MESSAGE}; `), text)
      const json = JSON.stringify(documentOf(shown))
      assert.match(json, /^\{"status":"cannot-tell","exitCode":3,"isComplete":false/)
      assert.ok(json.includes(`"code":"${code}"`))
      const sarif = JSON.stringify(scanSarif(shown))
      assert.match(sarif, /"executionSuccessful":false,"exitCode":3/)
      assert.ok(sarif.includes(`"descriptor":{"id":"${code}"}`))
    })

    it(`by ${code} where a key is found ends with 1, and says so`, () => {
      const shown = answered(stopped(code, true))
      assert.equal(shown.code, 1)
      assert.match(scanText(shown), /^FOUND: .* 1 part NOT SEARCHED[\s\S]*NOT SEARCHED\n {2}core: /)
    })
  }

  it('by nothing is complete', () => {
    const shown = answered(stopped(undefined, false))
    assert.equal(shown.code, 0)
    assert.match(scanText(shown), /^NOTHING FOUND: /)
    assert.match(JSON.stringify(documentOf(shown)), /"isComplete":true,"unsearched":\[\]/)
  })

  it('is complete where names of a dump are damaged, and no memory of it', () => {
    const flaw = { code: 'names-damaged', message: 'one name', facts: {} } as const
    const shown = answered({ reports: [{ ...reportOf([]), flaws: [flaw] }], unreadable: [] })
    assert.equal(shown.code, 0)
  })
})

describe('the policy', () => {
  it('lists published test keys and states of random generators as ignored: found nothing', () => {
    const notes = ['self-test', 'drbg'] as const
    const shown = answered({
      reports: [reportOf(notes.map((note, k) => findingOf({ note, offset: k << 20 })))],
      unreadable: [],
    })
    assert.equal(shown.code, 0)
    assert.match(
      scanText(shown),
      /^NOTHING FOUND: .* Ignored: 1 published test key, 1 internal key of a random generator\.\n/,
    )
    assert.match(
      JSON.stringify(scanSarif(shown)),
      /"results":\[\{[\s\S]*"level":"note"[\s\S]*"level":"note"/,
    )
    assert.doesNotMatch(JSON.stringify(scanSarif(shown)['runs']), /"level":"error","message"/)
  })

  it('counts a key beside them as found', () => {
    const shown = answered({
      reports: [reportOf([findingOf({ note: 'drbg' }), findingOf({ offset: 1 << 20 })])],
      unreadable: [],
    })
    assert.equal(shown.code, 1)
    assert.match(scanText(shown), /^FOUND: 1 key, .* Ignored: 1 internal key/)
  })
})
