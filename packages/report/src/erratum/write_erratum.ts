/** An erratum in a folder of its own, signed as a report is. @module */
import type { KeyObject } from 'node:crypto'
import { safeJson } from '@mintmark/core'
import { ReportFolder, seal } from '../sealed/folder.ts'
import { type Erratum, erratumText } from './erratum.ts'

/**
 * Writes `erratum.json`, `erratum.md` and the MANIFEST. The folder appears whole or not at all.
 *
 * @throws {MintmarkError} `OUTPUT_EXISTS`, `OUTPUT_UNWRITABLE`, `DISK_FULL`
 */
export async function writeErratum(
  erratum: Erratum,
  out: string,
  key: KeyObject | undefined,
): Promise<void> {
  const folder = await ReportFolder.begin(out, false)
  try {
    await folder.write('erratum.json', [`${safeJson(erratum, 1)}\n`])
    await folder.write('erratum.md', [erratumText(erratum)])
    await seal(folder, key)
    await folder.finish(false)
  } catch (cause) {
    await folder.abandon()
    throw cause
  }
}
