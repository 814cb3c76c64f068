/** The memory of the dumped process by address: most pointers lead out of a window. */
import { countBefore } from '@mintmark/core'
import type { ByteSource } from '@mintmark/dump'
import type { WorkBudget } from '@mintmark/keys/material/work_budget'
import type { Memory, Pointed } from '../anchors/match.ts'
import type { Run } from '../anchors/scan_plan.ts'

/** Of a read from the file: a cost as in `work_budget.ts`. */
const READ_COST = 3000
/** Bytes of one number or structure: more is none. */
const MOST_BYTES = 4096

interface LocatedRun {
  readonly address: bigint
  readonly offset: number
  readonly length: number
}

export class ProcessMemory {
  readonly #runs: readonly LocatedRun[]
  #source: ByteSource | undefined
  #lent: Uint8Array[] = []

  constructor(runs: readonly Run[]) {
    this.#runs = runs
      .flatMap(({ address, offset, length }) =>
        address === undefined ? [] : { address, offset, length },
      )
      .toSorted((a, b) => (a.address < b.address ? -1 : Number(a.address > b.address)))
  }

  use(source: ByteSource): void {
    this.#source = source
  }

  /** As seen from bytes at `offset` of the file; undefined where the dump gives no addresses. */
  around(offset: number, budget: WorkBudget): Memory | undefined {
    if (this.#runs.length === 0) return undefined
    return { at: (address, length) => this.#read(address, length, offset, budget) }
  }

  /**
   * Overwrites what was handed out.
   * @returns whether there was any
   */
  wipe(): boolean {
    if (this.#lent.length === 0) return false
    for (const bytes of this.#lent) bytes.fill(0)
    this.#lent = []
    return true
  }

  #read(address: bigint, length: number, from: number, budget: WorkBudget): Pointed | undefined {
    const run = this.#runAt(address)
    if (run === undefined || this.#source === undefined || length > MOST_BYTES) return undefined
    const inside = Number(address - run.address)
    if (inside + length > run.length) return undefined
    budget.spend(READ_COST)
    const bytes = new Uint8Array(length)
    this.#lent.push(bytes)
    const present = this.#source.read(run.offset + inside, bytes)
    return present < length ? undefined : { bytes, offset: run.offset + inside - from }
  }

  #runAt(address: bigint): LocatedRun | undefined {
    const begun = countBefore(
      this.#runs.length,
      (index) => (this.#runs[index]?.address ?? 0n) <= address,
    )
    const run = this.#runs[begun - 1]
    return run !== undefined && address < run.address + BigInt(run.length) ? run : undefined
  }
}
