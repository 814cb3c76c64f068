/**
 * Files beside the logs: the directory, folder statistics, and the extractor's own log.
 *
 * @module
 */
import { join } from 'node:path'
import { SYNCED_MESSAGES } from '../activity/attack.ts'
import { GAP } from '../world/calendar.ts'
import { csvRow } from '../world/csv_text.ts'
import { TextFile } from '../world/text_file.ts'
import { folderId, type Organisation, type World } from '../world/world.ts'

/** A directory export: CSV with the group, or Graph's users with the department. */
export function writeDirectory(world: World, of: Organisation, folder: string): void {
  const isCsv = of.directory === 'csv'
  const file = new TextFile(join(folder, isCsv ? 'directory.csv' : 'users.json'))
  file.write(
    isCsv
      ? csvRow(['userPrincipalName', 'id', 'displayName', 'organisation', 'group', 'tenantId'])
      : '{"@odata.context":"https://graph.microsoft.com/v1.0/$metadata#users","value":[\n',
  )
  for (let index = 0; index < of.headcount; index++) {
    const { upn, oid, displayName, group } = world.person(of, index)
    file.write(
      isCsv
        ? csvRow([upn, oid, displayName, of.name, group, of.tenant])
        : `${index === 0 ? '' : ',\n'}${JSON.stringify({ id: oid, userPrincipalName: upn, displayName, companyName: of.name, department: group })}`,
    )
  }
  if (!isCsv) file.write('\n]}\n')
  file.close()
}

/** Folder statistics of the mailboxes with synchronised folders: they bound what was read. */
export function writeInventory(world: World, of: Organisation, folder: string): void {
  const file = new TextFile(join(folder, 'folder-statistics.csv'))
  file.write(csvRow(['Identity', 'FolderPath', 'FolderId', 'ItemsInFolder', 'FolderSize']))
  for (const [victim, { also }] of of.thefts.entries()) {
    if (also !== 'sync') continue
    const { upn } = world.person(of, victim)
    const names = ['/Inbox', '/Sent Items', '/Archive', '/Travel']
    for (const [number, name] of names.entries()) {
      const synced = SYNCED_MESSAGES.find((each) => each.folder === number)
      const items = synced?.items ?? 40 + number
      const id = folderId(of, victim, number)
      file.write(csvRow([`${upn}${name.replaceAll('/', '\\')}`, name, id, String(items), '1 MB']))
    }
  }
  file.close()
}

/** The extractor's own log, with the hours that it could not export. */
export function writeExtractorLog(folder: string): void {
  const file = new TextFile(join(folder, 'LogFile.txt'))
  const from = new Date(GAP.fromMs).toISOString().slice(0, 19)
  const to = new Date(GAP.toMs).toISOString().slice(0, 19)
  file.write('2023-07-01 08:00:02 - [INFO] Running the unified audit log acquisition\r\n')
  file.write(
    '2023-07-01 08:00:02 - [INFO] Extracting from 2023-04-17T00:00:00Z to 2023-07-01T00:00:00Z\r\n',
  )
  file.write(
    `2023-07-01 09:41:17 - [ERROR] Window ${from}Z -> ${to}Z has 5000+ events and cannot be split further. SOME EVENTS IN THIS RANGE ARE NOT CAPTURED.\r\n`,
  )
  file.write('2023-07-01 10:02:55 - [INFO] Acquisition complete\r\n')
  file.close()
}
