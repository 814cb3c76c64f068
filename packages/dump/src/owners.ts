/** The owner of an address, by the names that a dump lists. */
import { countBefore } from '@mintmark/core'
import type { Mapping, StackPoint } from './memory/layout.ts'
import type { Owner } from './memory/segment.ts'

function byAddress(one: bigint, other: bigint): number {
  if (one === other) return 0
  return one < other ? -1 : 1
}

const countBelow = <T>(sorted: readonly T[], address: bigint, key: (item: T) => bigint): number =>
  countBefore(sorted.length, (index) => {
    const item = sorted[index]
    return item !== undefined && key(item) < address
  })

export class Owners {
  readonly #mappings: readonly Mapping[]
  readonly #stacks: readonly StackPoint[]

  constructor(mappings: readonly Mapping[], stacks: readonly StackPoint[]) {
    this.#mappings = mappings.toSorted((one, other) => byAddress(one.from, other.from))
    this.#stacks = stacks.toSorted((one, other) => byAddress(one.address, other.address))
  }

  get isEmpty(): boolean {
    return this.#mappings.length === 0 && this.#stacks.length === 0
  }

  /** Files and modules first: a stack pointer into one is a crash's. O(log n). */
  ownerOf(address: bigint, length: number): Owner | undefined {
    return this.#mappedTo(address, length) ?? this.#stackOf(address, length)
  }

  /** The mapping that holds the first byte, or the one after it, if it fills half of the run. */
  #mappedTo(address: bigint, length: number): Owner | undefined {
    const next = countBelow(this.#mappings, address + 1n, (mapping) => mapping.from)
    const before = this.#mappings[next - 1]
    if (before !== undefined && before.to > address) return before.owner
    const after = this.#mappings[next]
    if (after === undefined) return undefined
    const end = address + BigInt(length)
    const shared = (after.to < end ? after.to : end) - after.from
    return shared * 2n >= BigInt(length) ? after.owner : undefined
  }

  /** The one thread whose stack pointer is in it; several mean a heap of stacks, as Go's is. */
  #stackOf(address: bigint, length: number): Owner | undefined {
    const end = address + BigInt(length)
    const first = countBelow(this.#stacks, address, (point) => point.address)
    const name = this.#stacks[first]?.name
    if (name === undefined) return undefined
    for (let index = first; ; index++) {
      const point = this.#stacks[index]
      if (point === undefined || point.address >= end)
        return index === first ? undefined : { kind: 'stack', name }
      if (point.name !== name) return undefined
    }
  }
}
