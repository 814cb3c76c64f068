/** Evidence against rewriting a record with its own key: witnesses, and pinned checkpoints. */
import { MintmarkError } from '@mintmark/core'
import * as log from '@mintmark/ledger/log'
import type { KeyRecord, RecordContent } from './key_record.ts'

function assertWitnessed(policy: log.Policy, key: log.VerifierKey): void {
  const isNamed = policy.logs.some(
    (each) => log.formatVerifierKey(each.key) === log.formatVerifierKey(key),
  )
  const line = `log ${log.formatVerifierKey(key)}`
  if (!isNamed)
    throw invalid('policy', `the policy does not name this record. Add the line: ${line}`)
  if (policy.witnesses.length === 0 || policy.quorum === 'none')
    throw invalid('policy', 'the policy asks for no witness: it needs witness and quorum lines')
}

export interface RecordWitnesses {
  /** @returns whether the quorum has cosigned the newest head. @throws {MintmarkError} `LEDGER_BEHIND`, as below */
  readonly cosign: () => Promise<boolean>
}

/**
 * @throws {MintmarkError} `INPUT_INVALID` for the policy; `LEDGER_BEHIND` for a head we do not have
 */
export async function openWitnesses(
  record: KeyRecord,
  policy: log.Policy,
  { http, onDispute }: { http: log.WitnessHttp; onDispute?: (text: string) => void },
): Promise<RecordWitnesses> {
  assertWitnessed(policy, record.content.key)
  const cosigning = new log.Cosigning(policy, http, { onDispute })
  await cosigning.assertNewest(record.content.checkpoint)
  const cosign = async () => {
    const known = witnessedBy(record.content, policy)
    if (known?.head.size === record.content.head.size) return true
    const cosigned = await cosigning.cosign(record.content.checkpoint, record.tree())
    if (cosigned !== undefined) await record.storeWitnessed(cosigned)
    return cosigned !== undefined
  }
  return { cosign }
}

export function witnessedBy(
  { witnessed, key }: Pick<RecordContent, 'witnessed' | 'key'>,
  policy: log.Policy,
): log.Accepted | undefined {
  assertWitnessed(policy, key)
  const accepted = witnessed === undefined ? 'quorum-missing' : log.accept(witnessed, policy)
  return typeof accepted === 'string' ? undefined : accepted
}

/**
 * By itself, or among the lines that `record` printed.
 * @throws {MintmarkError} `INPUT_INVALID`
 */
export function readPinnedCheckpoint(source: string): log.Checkpoint {
  const lines = source.split(/\r?\n/)
  const at = lines.findIndex((line) => line.startsWith('\u2014 '))
  const end = lines.findIndex((line, i) => i > at && (line === '' || line.startsWith('\u2014')))
  const signature = lines.slice(at, end === -1 ? lines.length : end)
  const [dash, name, ...base64] = signature.join(' ').split(/ +/)
  const head = lines.slice(Math.max(0, at - 4), Math.max(0, at))
  const note = [...head, `${dash} ${name} ${base64.join('')}`, ''].join('\n')
  const checkpoint = log.parseCheckpoint(note)
  if (checkpoint === undefined) throw invalid('checkpoint', 'the file holds no checkpoint')
  return checkpoint
}

function invalid(option: string, message: string): MintmarkError {
  return new MintmarkError('INPUT_INVALID', message, { option })
}
