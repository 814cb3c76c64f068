import { isoOf, MintmarkError, safeJson } from '@mintmark/core'
import * as ledger from '@mintmark/ledger'
import { liveAnswers, openReader } from '@mintmark/ledger/http'
import { policyOption } from '../../options/policy_option.ts'
import { bytesOfFile, type Call, type Handler, invalid } from '../../process/call.ts'
import { DONE, exitCode, FOUND } from '../../process/exit_codes.ts'

/** Prints the proof of a token's entry. Found is a token that the ledger does not have. */
export const ledgerProve: Handler = async (call, location = '') => {
  const reader = await openReader(location)
  const proof = await proofOf(reader, call, location)
  const isJson = call.isJson
  if (isJson) await call.out(`${safeJson(proofDocument(proof), 2)}\n`)
  if (proof === undefined) {
    call.err('mintmark: the ledger has no entry of this token\n')
    return FOUND
  }
  if (!isJson) await call.out(ledger.formatProof(proof))
  return DONE
}

function proofDocument(proof: ledger.TlogProof | undefined): object {
  if (proof === undefined) return { isRecorded: false }
  const { index, hashes, checkpoint } = proof
  const head = ledger.parseCheckpoint(checkpoint)?.head
  return {
    isRecorded: true,
    origin: head?.origin,
    index,
    size: head?.size,
    hashes: hashes.map((each) => Buffer.from(each).toString('base64')),
    checkpoint,
    proof: ledger.formatProof(proof),
  }
}

async function proofOf(
  reader: ledger.LedgerReader,
  call: Call,
  location: string,
): Promise<ledger.TlogProof | undefined> {
  const token = await call.file('token')
  if (token !== undefined) {
    const wanted = ledger.issuanceOf(ledger.signingInputOf(token))
    const { proof, isCovered } = await ledger.searchIssuance(reader, wanted)
    const isSure = proof !== undefined || isCovered || !/^https?:/.test(location)
    if (!isSure && !(await isUnknownAt(location, reader, wanted, call.now()))) throw maybeLate()
    return proof
  }
  const index = call.number('index', { least: 0, most: Number.MAX_SAFE_INTEGER })
  const path = call.text('shard')
  if (index === undefined || path === undefined)
    throw invalid('token', 'give --token, or --shard and --index')
  const shard = await reader.shard(path)
  if (shard === undefined) throw invalid('shard', `the ledger has no shard ${path}`)
  await ledger.assertNotPruned(reader, path)
  return await ledger.proveIndex(shard, index)
}

/** Files of a web server may be late. Of an expired token, a ledger knows no more. */
async function isUnknownAt(
  location: string,
  { description: { issuers, key } }: ledger.LedgerReader,
  { issuer, tokenId, inputHash, expiresMs }: ledger.Issuance,
  nowMs: number,
): Promise<boolean> {
  const alias = [...issuers].find(([, each]) => each === issuer)?.[0]
  if (alias === undefined || expiresMs <= nowMs) return false
  const id = ledger.tokenIdBytes(tokenId)
  const { state } = await liveAnswers(location).ask(alias, id, inputHash, key)
  return state === 'unknown' || state === 'other'
}

function maybeLate(): MintmarkError {
  const message =
    'cannot tell whether the token is recorded: no entry of it is published, and none of a later token. Try again later'
  return new MintmarkError('LEDGER_MISSING', message)
}

const REFUSALS: Readonly<Record<ledger.ProofRefusal, string>> = {
  'not-a-proof': 'the file is not a proof',
  'not-a-checkpoint': 'the text below the proof is not a checkpoint',
  'log-unknown': 'the checkpoint is of a ledger that is not in the policy',
  'log-signature-missing': 'the checkpoint is not signed by the ledger',
  'bad-signature': 'a signature of a known key is wrong',
  'quorum-missing': 'too few witnesses of the policy have cosigned the checkpoint',
  'not-included': 'the proof does not lead from this token to the checkpoint',
}

/** Says offline whether a proof shows that a token was recorded. Found is a proof that does not. */
export const ledgerVerify: Handler = async (call, file = '') => {
  const policy = await policyOption(call)
  if (policy === undefined) throw invalid('policy', '--policy is required')
  const token = (await call.file('token')) ?? ''
  const issuance = ledger.issuanceOf(ledger.signingInputOf(token))
  const proof = ledger.parseProof((await bytesOfFile(file)).toString('utf8'))
  const outcome =
    proof === undefined
      ? 'not-a-proof'
      : ledger.verifyProof(proof, ledger.entryOfProof(issuance, proof), policy)
  const isRecorded = typeof outcome !== 'string'
  const text = () =>
    isRecorded
      ? `recorded: ${outcomeText(outcome, proof?.index ?? 0)}\n`
      : `NOT SHOWN: ${REFUSALS[outcome]}\n`
  await call.print(outcomeDocument(outcome, proof?.index), text, 2)
  return exitCode({ isFound: !isRecorded, isWhole: true })
}

function outcomeText({ head, witnesses }: ledger.Accepted, index: number): string {
  const seen = witnesses.map(({ name, timeSeconds }) => `${name} at ${iso(timeSeconds)}`)
  const by = seen.length === 0 ? 'seen by no witness' : `seen by ${seen.join(', ')}`
  return `entry ${index} of ${head.size} in ${head.origin}, ${by}`
}

function outcomeDocument(
  outcome: ledger.Accepted | ledger.ProofRefusal,
  index: number | undefined,
): object {
  if (typeof outcome === 'string') return { isRecorded: false, reason: outcome }
  const witnesses = outcome.witnesses.map(({ name, timeSeconds }) => ({
    name,
    at: iso(timeSeconds),
  }))
  const { origin, size } = outcome.head
  return { isRecorded: true, origin, index, size, witnesses }
}

/** A witness may write any time; one without a date is shown as its number. */
const iso = (timeSeconds: number): string => isoOf(timeSeconds * 1000) || String(timeSeconds)
