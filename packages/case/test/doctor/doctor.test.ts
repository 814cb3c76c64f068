import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { gzipSync } from 'node:zlib'
import * as fc from 'fast-check'
import { exportsWanted, type Need, type Question, questionsOf } from '../../src/doctor/questions.ts'
import { type LogSeen, type Survey, survey } from '../../src/doctor/survey.ts'

const HOUR_MS = 3_600_000
const FIRST_MS = Date.UTC(2023, 4, 15)
const LAST_MS = Date.UTC(2023, 5, 15)
const SIGN_INS = [
  'interactive',
  'non-interactive',
  'service-principal',
  'managed-identity',
] as const

const log = (fields: Partial<LogSeen>): LogSeen => ({
  side: 'issuance',
  source: 'entra-signin',
  category: '',
  tenant: 't',
  firstMs: FIRST_MS - 30 * HOUR_MS,
  lastMs: LAST_MS,
  records: 10,
  withToken: 10,
  ofMail: 0,
  synchronised: 0,
  silences: [],
  ...fields,
})
const ACCESSES = log({
  side: 'access',
  source: 'ual',
  category: 'Exchange',
  firstMs: FIRST_MS,
  ofMail: 5,
})
const whole = SIGN_INS.map((category) => log({ category }))
const found = (logs: readonly LogSeen[]): Survey => ({
  files: 1,
  bytes: 1,
  unread: [],
  rejectedRows: 0,
  statements: new Map(),
  logs,
  directoryEntries: 1,
  inventoryEntries: 0,
})
const answers = (questions: readonly Question[]) => questions.map(({ answer }) => answer)
const lacking = (questions: readonly Question[]) =>
  exportsWanted(questions).map(({ need, how }) => `${how} ${need}`)

describe('questions that exports can answer', () => {
  it('are all of them where every log begins 28 hours before the accesses', () => {
    const questions = questionsOf(found([ACCESSES, ...whole]))
    assert.deepEqual(answers(questions), ['yes', 'yes', 'yes', 'yes'])
    assert.deepEqual(exportsWanted(questions), [])
  })

  it('name each log that is missing, and no other', () => {
    fc.assert(
      fc.property(fc.subarray([...SIGN_INS]), (present) => {
        const questions = questionsOf(
          found([
            ACCESSES,
            ...whole.filter(({ category }) => present.some((one) => one === category)),
          ]),
        )
        const missing = SIGN_INS.filter((one) => !present.includes(one)).map(
          (one) => `missing ${one}`,
        )
        assert.deepEqual(lacking(questions), missing)
        for (const { lacking: lacks, answer } of questions)
          assert.equal(answer, lacks.length === 0 ? 'yes' : 'no')
      }),
    )
  })

  it('are answered in part where a log is short, for the time that all logs cover', () => {
    const short = log({ category: 'non-interactive', firstMs: FIRST_MS + 48 * HOUR_MS })
    const questions = questionsOf(
      found([ACCESSES, ...whole.filter((one) => one.category !== short.category), short]),
    )
    const [, user] = questions
    assert.equal(user?.answer, 'part')
    assert.deepEqual(user.period, {
      from: '2023-05-18T04:00:00.000Z',
      to: '2023-06-15T00:00:00.000Z',
    })
    assert.deepEqual(lacking(questions), ['short non-interactive'])
  })

  it('are not answered by logs, nor by accesses, without token ids', () => {
    const bare = whole.map((one) => ({ ...one, withToken: 0 }))
    assert.deepEqual(answers(questionsOf(found([ACCESSES, ...bare]))), ['yes', 'no', 'no', 'yes'])
    const old = questionsOf(found([{ ...ACCESSES, withToken: 0 }, ...whole]))
    assert.deepEqual(answers(old), ['yes', 'no', 'no', 'yes'])
    assert.deepEqual(lacking(old), ['no-ids mail-accesses'])
  })

  it('ask for folder statistics where folders were synchronised, and for accesses where there are none', () => {
    const sync = questionsOf(found([{ ...ACCESSES, synchronised: 3 }, ...whole]))
    assert.deepEqual(lacking(sync), ['missing folders'])
    assert.deepEqual(lacking(questionsOf(found(whole))), ['missing mail-accesses'])
  })
})

const line = (schema: string, at: string, rest = {}) =>
  `${JSON.stringify({ schema, at, tokenId: '22608a25-1d9b-44b5-b0f2-cb94f06b2d00', tenant: 'agency', ...rest })}\n`

it('reads exports in any packing, and names the files that hold none', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'mintmark-doctor-'))
  try {
    writeFileSync(
      join(folder, 'a.ndjson.gz'),
      gzipSync(
        line('mintmark-issuance/1', '2023-05-13T08:00:00Z') +
          line('mintmark-issuance/1', '2023-05-16T08:00:00Z'),
      ),
    )
    writeFileSync(
      join(folder, 'b.ndjson'),
      line('mintmark-access/1', '2023-05-15T08:00:00Z', { operation: 'Read', service: 'wiki' }),
    )
    writeFileSync(join(folder, 'notes.txt'), 'nothing of interest\n')
    const read = await survey([folder])
    assert.deepEqual(
      read.unread.map(({ path }) => path),
      [join(folder, 'notes.txt')],
    )
    assert.deepEqual(
      read.logs.map(({ side, category, records, withToken }) => [
        side,
        category,
        records,
        withToken,
      ]),
      [
        ['access', 'wiki', 1, 1],
        ['issuance', 'token', 2, 2],
      ],
    )
    const [what, issued] = questionsOf(read)
    assert.deepEqual([what?.answer, issued?.answer], ['yes', 'yes'])
    const needs: readonly Need[] = exportsWanted(questionsOf(read)).map(({ need }) => need)
    assert.deepEqual(needs, ['directory'])
  } finally {
    rmSync(folder, { recursive: true })
  }
})

/** A record every hour of working days, but for one month in each log. */
function withoutMonth(schema: string, month: number, rest = {}): string {
  const lines: string[] = []
  for (let atMs = Date.UTC(2023, 0, 1); atMs < Date.UTC(2023, 6, 1); atMs += HOUR_MS) {
    const at = new Date(atMs)
    const isWork = at.getUTCHours() > 7 && at.getUTCHours() < 17 && at.getUTCDay() % 6 > 0
    if (isWork && at.getUTCMonth() !== month) lines.push(line(schema, at.toISOString(), rest))
  }
  return lines.join('')
}

const silent = (question: Question | undefined) =>
  question?.lacking
    .filter(({ how }) => how === 'silent')
    .map(({ need, fromMs, toMs }) =>
      [need, new Date(fromMs).toISOString(), new Date(toMs).toISOString()].join(' '),
    )

it('says which months a log lacks between its first and its last record', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'mintmark-doctor-'))
  try {
    const read = { operation: 'Read', service: 'wiki' }
    writeFileSync(join(folder, 'a.ndjson'), withoutMonth('mintmark-issuance/1', 3))
    writeFileSync(join(folder, 'b.ndjson'), withoutMonth('mintmark-access/1', 2, read))
    const [what, issued] = questionsOf(await survey([folder]))
    assert.deepEqual([what?.answer, issued?.answer], ['part', 'part'])
    assert.deepEqual(silent(what), [
      'mail-accesses 2023-02-28T17:00:00.000Z 2023-04-03T08:00:00.000Z',
    ])
    assert.deepEqual(silent(issued), ['token 2023-03-31T17:00:00.000Z 2023-05-01T08:00:00.000Z'])
  } finally {
    rmSync(folder, { recursive: true })
  }
})
