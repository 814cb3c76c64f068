/**
 * How many messages each folder holds: `Get-MailboxFolderStatistics` and
 * `Get-EXOMailboxFolderStatistics`, as CSV or JSON.
 * Source: office-docs-powershell, Get-EXOMailboxFolderStatistics.md, read 2026.
 */
import type { Json } from '@mintmark/core'
import type { Adapter, RowSink } from '../model/adapter.ts'
import { named, plain } from '../ual/fields.ts'
import { first, hasAny } from './cells.ts'

const MAILBOX: readonly string[] =
  'Mailbox MailboxOwnerUPN UserPrincipalName PrimarySmtpAddress'.split(' ')
const FOLDER: readonly string[] = ['FolderPath', 'FolderId', 'Identity']
const MAX_ITEMS = 0xffff_ffff

export const folderInventory: Adapter = {
  shape: 'folder-inventory',
  accepts: (row) => Object.hasOwn(row, 'ItemsInFolder') && hasAny(row, FOLDER),
  read: readFolder,
}

function readFolder(row: Json, _context: unknown, sink: RowSink): void {
  const identity = plain(row['Identity'])
  const [, owner = '', path = ''] = /^([^\\]*)(\\.*)$/s.exec(identity) ?? []
  const mailbox = named(first(row, MAILBOX)) || named(owner)
  const items = countOf(row['ItemsInFolder'])
  if (mailbox === '' || items === undefined) {
    const detail = mailbox === '' ? 'Identity' : 'ItemsInFolder'
    sink.reject({ kind: 'row', reason: 'folder-unreadable', detail })
    return
  }
  const folderPath = plain(row['FolderPath']) || path.replaceAll('\\', '/')
  sink.inventory({ mailbox, folderId: plain(row['FolderId']), folderPath, items })
}

function countOf(value: unknown): number | undefined {
  const digits = plain(value).replaceAll(/[,\s]/g, '')
  if (!/^\d{1,15}$/.test(digits)) return undefined
  return Math.min(Number(digits), MAX_ITEMS)
}
