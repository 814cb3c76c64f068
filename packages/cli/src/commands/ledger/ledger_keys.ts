import { formatVerifierKey, verifierKey, walkShards } from '@mintmark/ledger'
import { openReader } from '@mintmark/ledger/http'
import type { Handler } from '../../process/command.ts'
import { DONE } from '../../process/exit_codes.ts'
import { print } from '../../render/print.ts'

/**
 * Prints the verifier key of each shard, the newest first: a client of other tlogs takes a key for one name alone, and each
 * shard is a log of its own. All are the ledger's one key.
 */
export const ledgerKeys: Handler = async ([location = ''], options, io) => {
  const reader = await openReader(location)
  const { key, issuers } = reader.description
  for (const alias of issuers.keys())
    for await (const { shard } of walkShards(reader, alias)) {
      const { origin } = shard.head
      const vkey = formatVerifierKey(verifierKey(origin, 'log', key.publicKey))
      await print(io, options, { origin, vkey }, () => `${vkey}\n`)
    }
  return DONE
}
