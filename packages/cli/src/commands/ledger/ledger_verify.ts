import { MintmarkError, safeJson } from '@mintmark/core'
import {
  type Accepted,
  entryOfProof,
  issuanceOf,
  type ProofRefusal,
  parseProof,
  signingInputOf,
  verifyProof,
} from '@mintmark/ledger'
import { policyOption, textOfFile } from '../../options/ledger_files.ts'
import { flag, textOption } from '../../options/option_values.ts'
import type { Handler } from '../../process/command.ts'
import { exitCode } from '../../process/exit_codes.ts'

const REFUSALS: Readonly<Record<ProofRefusal, string>> = {
  'not-a-proof': 'the file is no proof',
  'not-a-checkpoint': 'the text below the proof is no checkpoint',
  'log-unknown': 'the checkpoint is of a ledger that the policy does not know',
  'log-signature-missing': 'the checkpoint is not signed by the ledger',
  'bad-signature': 'a signature of a known key is wrong',
  'quorum-missing': 'too few witnesses of the policy have cosigned the checkpoint',
  'not-included': 'the proof does not lead from this token to the checkpoint',
}

/** Says offline whether a proof shows that a token was recorded. Found is a proof that does not. */
export const ledgerVerify: Handler = async ([file = ''], options, io) => {
  const policy = await policyOption(options)
  if (policy === undefined)
    throw new MintmarkError('INPUT_INVALID', '--policy is needed', { option: 'policy' })
  const token = await textOfFile(textOption(options, 'token') ?? '')
  const issuance = issuanceOf(signingInputOf(token))
  const proof = parseProof(await textOfFile(file))
  const outcome =
    proof === undefined ? 'not-a-proof' : verifyProof(proof, entryOfProof(issuance, proof), policy)
  const isRecorded = typeof outcome !== 'string'
  if (flag(options, 'json')) await io.out(`${safeJson(documentOf(outcome, proof?.index), 2)}\n`)
  else if (isRecorded) await io.out(`recorded: ${textOf(outcome, proof?.index ?? 0)}\n`)
  else await io.out(`NOT SHOWN: ${REFUSALS[outcome]}\n`)
  return exitCode({ isFound: !isRecorded, isWhole: true })
}

function textOf({ head, witnesses }: Accepted, index: number): string {
  const seen = witnesses.map(({ name, timeSeconds }) => `${name} at ${iso(timeSeconds)}`)
  const by = seen.length === 0 ? 'seen by no witness' : `seen by ${seen.join(', ')}`
  return `entry ${index} of ${head.size} in ${head.origin}, ${by}`
}

function documentOf(outcome: Accepted | ProofRefusal, index: number | undefined): object {
  if (typeof outcome === 'string') return { isRecorded: false, reason: outcome }
  const witnesses = outcome.witnesses.map(({ name, timeSeconds }) => ({
    name,
    at: iso(timeSeconds),
  }))
  const { origin, size } = outcome.head
  return { isRecorded: true, origin, index, size, witnesses }
}

const MAX_SECONDS = 8_640_000_000_000

/** A witness may write any time; one that no date has is shown as its number. */
function iso(timeSeconds: number): string {
  return timeSeconds > MAX_SECONDS
    ? String(timeSeconds)
    : new Date(timeSeconds * 1000).toISOString()
}
