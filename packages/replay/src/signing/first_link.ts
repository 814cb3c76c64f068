/**
 * The first link of the incident: the provider's published keys, and the core of the service that had one of them.
 *
 * @module
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { attempt } from '../world/text_file.ts'
import { crashWith } from './crash.ts'
import { type PublishedKey, signingKeys } from './signing_keys.ts'

/** Folder of the dumps, in that of the logs. */
const DUMPS = 'dumps'
const KEY_LIST = 'discovery-keys.json'

export interface FirstLink {
  /** The key that leaked. */
  readonly key: PublishedKey
  /** The core, from the folder of the logs: `dumps/…`; undefined where none could be taken. */
  readonly dump: string | undefined
  /** Why there is no core. */
  readonly dumpLacks: string | undefined
}

/** Where the link is written. */
interface LinkPaths {
  readonly logs: string
  /** Folder of the provider, in `logs`. */
  readonly provider: string
  readonly dumpName: string
}

/**
 * Writes the key list into the provider's folder, and the core into `dumps`.
 *
 * @throws {MintmarkError} `OUTPUT_UNWRITABLE` or `DISK_FULL` for the key list; a core that cannot be had is no error
 */
export async function writeFirstLink(seed: number, paths: LinkPaths): Promise<FirstLink> {
  const { leaked, jwks } = signingKeys(seed)
  const list = join(paths.logs, paths.provider, KEY_LIST)
  attempt(list, () =>
    writeFileSync(list, `${JSON.stringify(jwks, undefined, 2)}\n`, { flag: 'wx' }),
  )
  const path = join(paths.logs, DUMPS, paths.dumpName)
  const dumpLacks = await crashWith(leaked.privateKey, leaked.published.kid, path)
  return {
    key: leaked.published,
    dump: dumpLacks === undefined ? `${DUMPS}/${paths.dumpName}` : undefined,
    dumpLacks,
  }
}
