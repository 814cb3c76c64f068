import { safeJson } from '@mintmark/core'
import type { LedgerReader, TlogProof } from '@mintmark/ledger'
import {
  formatProof,
  issuanceOf,
  parseCheckpoint,
  proveIndex,
  proveIssuance,
  signingInputOf,
} from '@mintmark/ledger'
import { openReader } from '@mintmark/ledger/http'
import { fileOption } from '../../options/files.ts'
import { flag, invalid, numberOption, textOption } from '../../options/option_values.ts'
import type { Handler, Options } from '../../process/command.ts'
import { DONE, FOUND } from '../../process/exit_codes.ts'

/** Prints the proof of a token's entry. Found is a token that the ledger does not have. */
export const ledgerProve: Handler = async ([location = ''], options, io) => {
  const reader = await openReader(location)
  const proof = await proofOf(reader, options)
  const isJson = flag(options, 'json')
  if (isJson) await io.out(`${safeJson(documentOf(proof), 2)}\n`)
  if (proof === undefined) {
    io.err('mintmark: the ledger has no entry of this token\n')
    return FOUND
  }
  if (!isJson) await io.out(formatProof(proof))
  return DONE
}

/** Members as those of `ledger verify`; `proof` is the text that it takes. */
function documentOf(proof: TlogProof | undefined): object {
  if (proof === undefined) return { isRecorded: false }
  const { index, hashes, checkpoint } = proof
  const head = parseCheckpoint(checkpoint)?.head
  return {
    isRecorded: true,
    origin: head?.origin,
    index,
    size: head?.size,
    hashes: hashes.map((each) => Buffer.from(each).toString('base64')),
    checkpoint,
    proof: formatProof(proof),
  }
}

async function proofOf(reader: LedgerReader, options: Options): Promise<TlogProof | undefined> {
  const token = await fileOption(options, 'token')
  if (token !== undefined) return await proveIssuance(reader, issuanceOf(signingInputOf(token)))
  const index = numberOption(options, 'index', { least: 0, most: Number.MAX_SAFE_INTEGER })
  const path = textOption(options, 'shard')
  if (index === undefined || path === undefined)
    throw invalid('token', 'give --token, or --shard and --index')
  const shard = await reader.shard(path)
  if (shard === undefined) throw invalid('shard', `the ledger has no shard ${path}`)
  return await proveIndex(shard, index)
}
