/**
 * Data of this program that hunts use: fills `service_network` and `quiet_folder`.
 *
 * @module
 */
import type { Session } from '../engine/session.ts'
import { insertRows } from '../engine/tab_separated.ts'
import { quietFolders } from './quiet_folders.ts'
import { serviceNetworks } from './service_networks.ts'

/** Fills both tables anew: a case may have been made by a program that knew others. */
export async function fillKnown(session: Session): Promise<void> {
  await session.command('TRUNCATE TABLE service_network')
  const networks = serviceNetworks().map(({ first, last }) => [first, last])
  await insertRows(session, 'service_network', ['first', 'last'], networks)
  await session.command('TRUNCATE TABLE quiet_folder')
  const folders = quietFolders().map(({ kind, key }) => [kind, key])
  await insertRows(session, 'quiet_folder', ['kind', 'key'], folders)
}
