import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, it } from 'node:test'
import { parseObject } from '@mintmark/core'
import { ingest } from '../../src/ingest/ingest.ts'
import { openCase } from '../../src/store/case.ts'
import { embedded } from '../backends.ts'
import { accessLine } from '../ingest/ingest_files.ts'

const folder = mkdtempSync(join(tmpdir(), 'mintmark-sessions-'))
after(() => rmSync(folder, { recursive: true, force: true }))

const GUID = '0b9e6a7e-51c7-4f0e-9c9a-6f0a5c0d4e21'
const SPELLED = ['Abx/12+Z', 'aBx/12+Z', GUID, GUID.toUpperCase(), GUID.replaceAll('-', '')]

it('sessions stay apart whose ids differ by the case of a letter, unless they are GUIDs', async () => {
  const lines = SPELLED.map((sessionId, n) =>
    JSON.stringify({ ...parseObject(accessLine(n)), sessionId }),
  )
  writeFileSync(join(folder, 'a.ndjson'), lines.join('\n'))
  const place = await embedded.start()
  const opened = await openCase(place.location)
  try {
    await ingest(opened, [folder])
    const rows = await opened.session.rows(
      'SELECT session_id, count() AS n FROM access GROUP BY session_id ORDER BY session_id',
    )
    const found = rows.map((row) => [row['session_id'], row['n']])
    assert.deepEqual(found, [
      [GUID, '3'],
      ['Abx/12+Z', '1'],
      ['aBx/12+Z', '1'],
    ])
  } finally {
    await opened.close()
    await place.stop()
  }
})
