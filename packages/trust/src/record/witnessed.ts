/**
 * Evidence against rewriting a record with its own key: witnesses, and pinned checkpoints.
 *
 * @module
 */
import { MintmarkError } from '@mintmark/core'
import {
  type Accepted,
  accept,
  type Checkpoint,
  Cosigning,
  formatVerifierKey,
  type Policy,
  parseCheckpoint,
  type VerifierKey,
  type WitnessHttp,
} from '@mintmark/ledger/log'
import type { KeyRecord, RecordContent } from './key_record.ts'

/** @throws {MintmarkError} `INPUT_INVALID` for a policy without a witness, or without this record */
function assertWitnessed(policy: Policy, key: VerifierKey): void {
  const isNamed = policy.logs.some((log) => formatVerifierKey(log.key) === formatVerifierKey(key))
  const line = `log ${formatVerifierKey(key)}`
  if (!isNamed)
    throw invalid('policy', `the policy does not name this record. Add the line: ${line}`)
  if (policy.witnesses.length === 0 || policy.quorum === 'none')
    throw invalid('policy', 'the policy asks for no witness: it needs witness and quorum lines')
}

export class RecordWitnesses {
  readonly #record: KeyRecord
  readonly #policy: Policy
  readonly #cosigning: Cosigning

  private constructor(record: KeyRecord, policy: Policy, cosigning: Cosigning) {
    this.#record = record
    this.#policy = policy
    this.#cosigning = cosigning
  }

  /**
   * @throws {MintmarkError} `INPUT_INVALID` for a policy without a witness, or without this record; `LEDGER_BEHIND` where
   *   a witness shows a head of the record that the record does not have
   */
  static async open(
    record: KeyRecord,
    policy: Policy,
    { http, onDispute }: { http: WitnessHttp; onDispute?: (text: string) => void },
  ): Promise<RecordWitnesses> {
    assertWitnessed(policy, record.signed.key)
    const cosigning = new Cosigning(policy, http, { onDispute })
    await cosigning.assertNewest(record.signed.checkpoint)
    return new RecordWitnesses(record, policy, cosigning)
  }

  /** @returns whether the quorum has cosigned the newest head. @throws {MintmarkError} `LEDGER_BEHIND`, as above */
  async cosign(): Promise<boolean> {
    const record = this.#record
    const known = witnessedBy(record.signed, this.#policy)
    if (known?.head.size === record.head.size) return true
    const cosigned = await this.#cosigning.cosign(record.signed.checkpoint, record.tree())
    if (cosigned !== undefined) await record.storeWitnessed(cosigned)
    return cosigned !== undefined
  }
}

/** The newest head that the policy's quorum has cosigned; undefined where it has not. */
export function witnessedBy(
  { witnessed, key }: Pick<RecordContent, 'witnessed' | 'key'>,
  policy: Policy,
): Accepted | undefined {
  assertWitnessed(policy, key)
  const accepted = witnessed === undefined ? 'quorum-missing' : accept(witnessed, policy)
  return typeof accepted === 'string' ? undefined : accepted
}

/**
 * A pinned checkpoint: by itself, or among the lines that `record` printed with it, perhaps folded.
 *
 * @throws {MintmarkError} `INPUT_INVALID`
 */
export function readPinnedCheckpoint(source: string): Checkpoint {
  const lines = source.split(/\r?\n/)
  const at = lines.findIndex((line) => line.startsWith('\u2014 '))
  const end = lines.findIndex((line, i) => i > at && (line === '' || line.startsWith('\u2014')))
  const signature = lines.slice(at, end === -1 ? lines.length : end)
  const [dash, name, ...base64] = signature.join(' ').split(/ +/)
  // Origin, size, root, an empty line.
  const head = lines.slice(Math.max(0, at - 4), Math.max(0, at))
  const note = [...head, `${dash} ${name} ${base64.join('')}`, ''].join('\n')
  const checkpoint = parseCheckpoint(note)
  if (checkpoint === undefined) throw invalid('checkpoint', 'the file holds no checkpoint')
  return checkpoint
}

function invalid(option: string, message: string): MintmarkError {
  return new MintmarkError('INPUT_INVALID', message, { option })
}
