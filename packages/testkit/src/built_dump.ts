/** What the builders of dumps give: the file, and the truth about it. */

/** Where the builder put a run of memory. */
export interface BuiltSegment {
  readonly offset: number
  readonly length: number
  readonly address: bigint | undefined
}

export interface BuiltDump {
  readonly bytes: Uint8Array
  /** In the order that they were given. */
  readonly segments: readonly BuiltSegment[]
}

/** Memory to put into a dump. */
export interface MemoryToDump {
  readonly address: bigint
  readonly bytes: Uint8Array
}
