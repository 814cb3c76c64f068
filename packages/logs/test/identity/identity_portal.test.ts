import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Json } from '@mintmark/core'
import { APP, ID, portal, USER } from './identity_portal_row.ts'
import { csvFile, type Given, readRow } from './identity_rows.ts'

const readPortal = (row: Json): Given =>
  readRow(row, 'entra-portal-csv', csvFile(row, 'month-first'))

const categoryOf = (row: Json) => readPortal(row).issuances[0]?.category

describe('portal rows', () => {
  const application: Json = {
    'Date (UTC)': '5/15/2023, 8:01:02 AM',
    'Request ID': ID,
    'Service principal ID': USER,
    'Service principal name': 'Daemon',
    Application: 'Daemon',
    'Application ID ': APP,
    'IP address': '192.0.2.9',
    Status: 'Success',
    'Sign-in error code': '0',
  }

  it('that count what they group stand for so many, and name no token', () => {
    const { issuances, statements } = readPortal({ ...portal, 'Aggregated sign-in count': '1,234' })
    assert.equal(issuances[0]?.grouped, 1234)
    assert.equal(issuances[0].tokenId, '')
    assert.equal(issuances[0].category, 'non-interactive')
    assert.deepEqual(
      statements.map(({ code }) => code),
      ['portal-grouped'],
    )
  })

  it('of applications without ids stand for two at least', () => {
    const { issuances, statements } = readPortal({ ...application, 'Request ID': '' })
    assert.equal(issuances[0]?.grouped, 2)
    assert.equal(statements.length, 1)
  })

  it('of applications with a request id alone stand for two: it is that of one of them', () => {
    const { issuances, statements } = readPortal(application)
    assert.equal(issuances[0]?.grouped, 2)
    assert.equal(issuances[0].tokenId, '')
    assert.equal(statements.length, 1)
  })

  it('of applications with token ids stand for themselves', () => {
    const { issuances, statements } = readPortal({ ...application, 'Unique token identifier': ID })
    assert.equal(issuances[0]?.grouped, 1)
    assert.equal(issuances[0].tokenId, ID)
    assert.equal(issuances[0].category, 'service-principal')
    assert.equal(issuances[0].principal, 'daemon')
    assert.deepEqual(statements, [])
  })

  it('of managed identities are recognised by their columns', () => {
    const { issuances } = readPortal({ ...application, 'Managed Identity type': 'User assigned' })
    assert.equal(issuances[0]?.category, 'managed-identity')
  })
})

describe('portal rows of users', () => {
  const withoutIds = { ...portal, 'Request ID': '', 'Unique token identifier': '' }

  it('are what a column says, and if none does may be either', () => {
    assert.equal(categoryOf(portal), 'interactive-or-not')
    assert.equal(
      categoryOf({ ...portal, 'Incoming token type': 'Primary refresh token' }),
      'interactive-or-not',
    )
    assert.equal(categoryOf({ ...portal, 'Is interactive': 'Yes' }), 'interactive')
    assert.equal(categoryOf({ ...portal, 'Is interactive': 'No' }), 'non-interactive')
    assert.equal(categoryOf({ ...portal, 'Sign-in event types': 'interactiveUser' }), 'interactive')
    assert.equal(
      categoryOf({ ...portal, 'Sign-in event types': 'nonInteractiveUser' }),
      'non-interactive',
    )
  })

  it('without any id stand for themselves, without a token', () => {
    const { issuances, statements } = readPortal(withoutIds)
    assert.equal(issuances[0]?.grouped, 1)
    assert.equal(issuances[0].tokenId, '')
    assert.deepEqual(statements, [])
  })

  it('with words for an outcome are read', () => {
    for (const Status of ['Failure', 'Interrupted']) {
      assert.equal(readPortal({ ...portal, Status }).issuances[0]?.outcome, 'failed')
    }
  })

  it('with a date that could be either are rejects', () => {
    const row = { ...portal, 'Date (UTC)': '5/4/2023, 8:01:02 AM' }
    const { rejects } = readRow(row, 'entra-portal-csv', csvFile(row))
    assert.equal(rejects[0]?.reason, 'date-order-unproven')
  })
})
