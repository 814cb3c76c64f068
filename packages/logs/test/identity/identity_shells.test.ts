import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Json } from '@mintmark/core'
import { csvFile, readRow } from './identity_rows.ts'

/** A sign-in of `Get-MgAuditLogSignIn | Export-Csv`: nested values are the names of their types. */
const exported: Json = {
  Id: '22608a25-1d9b-44b5-b0f2-cb94f06b2d00',
  CreatedDateTime: '5/4/2023 8:01:02 AM',
  AppId: '7d0e3f52-0c5e-4d5f-9f5b-8f1c1f2d3e4a',
  IsInteractive: 'True',
  Status: 'Microsoft.Graph.PowerShell.Models.MicrosoftGraphSignInStatus',
}
const readExported = (row: Json) => readRow(row, 'entra-graph-csv', csvFile(row, 'month-first'))

it('a sign-in that the Azure CLI printed has no session by the name of None', () => {
  const row: Json = {
    TimeGenerated: '2023-05-15T08:10:02Z',
    CreatedDateTime: '2023-05-15T08:01:02Z',
    Category: 'ServicePrincipalSignInLogs',
    AppId: '7d0e3f52-0c5e-4d5f-9f5b-8f1c1f2d3e4a',
    ResultType: '0',
    UserId: 'None',
    SessionId: 'None',
    UniqueTokenIdentifier: 'None',
    ServicePrincipalName: 'None',
  }
  const [issuance] = readRow(row, 'entra-log-analytics').issuances
  assert.equal(issuance?.category, 'service-principal')
  assert.deepEqual(
    [issuance.sessionId, issuance.tokenId, issuance.principal],
    ['', '', '7d0e3f52-0c5e-4d5f-9f5b-8f1c1f2d3e4a'],
  )
})

describe('a sign-in that Export-Csv wrote', () => {
  it('has its date in the order that the file proves', () => {
    assert.equal(readExported(exported).issuances[0]?.atMs, Date.UTC(2023, 4, 4, 8, 1, 2))
  })

  it('counts as issued, and states that its outcome is not in the export', () => {
    const { issuances, statements } = readExported(exported)
    assert.equal(issuances[0]?.outcome, 'issued')
    assert.deepEqual(
      statements.map(({ code }) => code),
      ['fields-not-carried'],
    )
  })

  it('says nothing where its status is there', () => {
    const { issuances, statements } = readExported({ ...exported, Status: '{"errorCode":50126}' })
    assert.deepEqual([issuances[0]?.outcome, statements], ['failed', []])
  })
})
