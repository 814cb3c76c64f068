import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { it } from 'node:test'
import { ingest } from '../../src/ingest/ingest.ts'
import { openCase } from '../../src/store/case.ts'
import { accessDetails } from '../../src/views/lists.ts'

const ID = '6f0dcd5f-4a1c-4b8e-9b0a-2f6f3a1c0d01'
const SECRET = 's3cret'.repeat(5)

it('a case shows no secret of a link, nor of the rest of a record', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'mintmark-links-'))
  const record = {
    Id: ID,
    RecordType: 6,
    CreationTime: '2023-05-16T10:00:00',
    Operation: 'FileDownloaded',
    OrganizationId: '6f0dcd5f-4a1c-4b8e-9b0a-2f6f3a1c0d02',
    UserType: 0,
    UserKey: 'k',
    Workload: 'SharePoint',
    UserId: 'user@example.gov',
    ObjectId: `https://example.sharepoint.example/a.dmp?guestaccesstoken=${SECRET}&v=1`,
    EventData: `<Type>link</Type> Authorization: Bearer ${SECRET}`,
  }
  writeFileSync(join(folder, 'audit.ndjson'), `${JSON.stringify(record)}\n`)
  const opened = await openCase(join(folder, 'case'))
  try {
    await ingest(opened, [join(folder, 'audit.ndjson')])
    const [access] = await accessDetails(opened.session, ID)
    const path = access?.fields.find(({ name }) => name === 'object_path')?.value
    assert.equal(path, 'https://example.sharepoint.example/a.dmp?guestaccesstoken=[secret]&v=1')
    assert.ok(access?.detail.includes('Bearer [secret]'), access?.detail.replaceAll(SECRET, ''))
    assert.ok(!JSON.stringify(access).includes(SECRET))
  } finally {
    await opened.close()
    rmSync(folder, { recursive: true })
  }
})
