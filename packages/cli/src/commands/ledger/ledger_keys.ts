import { safeJson } from '@mintmark/core'
import { formatVerifierKey, verifierKey, walkShards } from '@mintmark/ledger'
import { openReader } from '@mintmark/ledger/http'
import { flag } from '../../options/option_values.ts'
import type { Handler } from '../../process/command.ts'
import { DONE } from '../../process/exit_codes.ts'

/**
 * Prints the verifier key of each shard, the newest first: a client of other tlogs takes a key for one name alone, and each
 * shard is a log of its own. All are the ledger's one key.
 */
export const ledgerKeys: Handler = async ([place = ''], options, io) => {
  const reader = await openReader(place)
  const { key, issuers } = reader.description
  for (const alias of issuers.keys())
    for await (const { shard } of walkShards(reader, alias)) {
      const { origin } = shard.head
      const vkey = formatVerifierKey(verifierKey(origin, 'log', key.publicKey))
      await io.out(flag(options, 'json') ? `${safeJson({ origin, vkey })}\n` : `${vkey}\n`)
    }
  return DONE
}
