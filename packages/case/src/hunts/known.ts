/** Data of this program that hunts use, in `service_network` and `quiet_folder`. */

import { insertRows, type Texts } from '../engine/rows.ts'
import type { Session } from '../engine/session.ts'
import { linesOf, serviceNetworks } from '../store/known_lists.ts'

type QuietFolder = Texts<'kind name key'>

export function quietFolders(): QuietFolder[] {
  const folders = new Map<string, QuietFolder>()
  let kind = ''
  for (const line of linesOf('quiet_folders')) {
    kind = /^\[(.*)\]$/.exec(line)?.[1] ?? kind
    const [, names = ''] = /^[\w-]+: (.*)$/.exec(line) ?? []
    for (const name of names.split('|').filter((one) => one !== '')) {
      const key = folderKey(name)
      folders.set(key, { kind, name, key })
    }
  }
  return [...folders.values()]
}

export function folderKey(name: string): string {
  const plain = name.normalize('NFKD').toLowerCase().replaceAll('ς', 'σ')
  return plain.replaceAll(/[\p{M}\p{P}\p{Z}\p{C}]/gu, '')
}

export async function fillKnown(session: Session): Promise<void> {
  await session.command('TRUNCATE TABLE service_network')
  const networks = serviceNetworks().map(({ first, last }) => [first, last])
  await insertRows(session, 'service_network', ['first', 'last'], networks)
  await session.command('TRUNCATE TABLE quiet_folder')
  const folders = quietFolders().map(({ kind, key }) => [kind, key])
  await insertRows(session, 'quiet_folder', ['kind', 'key'], folders)
}
