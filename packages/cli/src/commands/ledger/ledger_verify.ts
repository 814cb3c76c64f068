import { isoOf } from '@mintmark/core'
import type { Accepted, ProofRefusal } from '@mintmark/ledger'
import { entryOfProof, issuanceOf, parseProof, signingInputOf, verifyProof } from '@mintmark/ledger'
import { fileOption, textOfFile } from '../../options/files.ts'
import { invalid } from '../../options/option_values.ts'
import { policyOption } from '../../options/policy_option.ts'
import type { Handler } from '../../process/command.ts'
import { exitCode } from '../../process/exit_codes.ts'
import { print } from '../../render/print.ts'

const REFUSALS: Readonly<Record<ProofRefusal, string>> = {
  'not-a-proof': 'the file is not a proof',
  'not-a-checkpoint': 'the text below the proof is not a checkpoint',
  'log-unknown': 'the checkpoint is of a ledger that is not in the policy',
  'log-signature-missing': 'the checkpoint is not signed by the ledger',
  'bad-signature': 'a signature of a known key is wrong',
  'quorum-missing': 'too few witnesses of the policy have cosigned the checkpoint',
  'not-included': 'the proof does not lead from this token to the checkpoint',
}

/** Says offline whether a proof shows that a token was recorded. Found is a proof that does not. */
export const ledgerVerify: Handler = async ([file = ''], options, io) => {
  const policy = await policyOption(options)
  if (policy === undefined) throw invalid('policy', '--policy is required')
  const token = (await fileOption(options, 'token')) ?? ''
  const issuance = issuanceOf(signingInputOf(token))
  const proof = parseProof(await textOfFile(file))
  const outcome =
    proof === undefined ? 'not-a-proof' : verifyProof(proof, entryOfProof(issuance, proof), policy)
  const isRecorded = typeof outcome !== 'string'
  const text = () =>
    isRecorded
      ? `recorded: ${textOf(outcome, proof?.index ?? 0)}\n`
      : `NOT SHOWN: ${REFUSALS[outcome]}\n`
  await print(io, options, documentOf(outcome, proof?.index), text, 2)
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

/** A witness may write any time; one without a date is shown as its number. */
const iso = (timeSeconds: number): string => isoOf(timeSeconds * 1000) || String(timeSeconds)
