/** Ingests the paths it is given into a case, as a process of its own that a test can kill. */

import { ingest } from '../../src/ingest/ingest.ts'
import { openCase } from '../../src/store/case.ts'

const [location = '', ...paths] = process.argv.slice(2)
try {
  const opened = await openCase(location)
  process.send?.('open')
  await ingest(opened, paths, { threads: 2 })
  await opened.close()
  process.exit(0)
} catch (error) {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  process.stderr.write(`${code} ${String(error)}\n`)
  process.exit(code === 'DISK_FULL' ? 28 : 1)
}
