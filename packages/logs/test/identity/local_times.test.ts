import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Json } from '@mintmark/core'
import { adapterOf, csvFile, readRow } from './identity_rows.ts'

const table = (time: string): Json => ({
  [time]: '4/28/2021, 3:05:26.000 PM',
  OfficeWorkload: 'Exchange',
  Operation: 'MailItemsAccessed',
  UserId: 'ada@example.org',
})

describe('a table in local times', () => {
  for (const time of [
    'TimeGenerated [Local Time]',
    'CreatedDateTime [W. Europe Standard Time]',
    'Date (Local)',
  ])
    it(`of ${time} is known, and no time in it is believed`, () => {
      const row = table(time)
      const { accesses, issuances, rejects } = readRow(row, 'local-times-csv', csvFile(row))
      assert.deepEqual([accesses, issuances], [[], []])
      assert.deepEqual(rejects, [{ kind: 'payload', reason: 'time-unproven', detail: time }])
    })

  for (const time of ['TimeGenerated [UTC]', 'TimeGenerated', 'Date (UTC)'])
    it(`is none with ${time}, also beside local ones`, () => {
      for (const row of [table(time), { ...table(time), 'TimeGenerated [Local Time]': 'x' }])
        assert.notEqual(adapterOf(row, csvFile(row))?.shape, 'local-times-csv')
    })
})
