/** The contents of a dump: runs of memory, their offsets, addresses and owners. */
import type { ErrorFacts } from '@mintmark/core'

export type Container =
  | 'elf-core'
  | 'minidump'
  | 'windows-full'
  | 'windows-bitmap'
  | 'lime'
  | 'hprof'
  | 'qemu'
  | 'raw'

export interface Owner {
  /** `file`: a mapped file. `module`: a loaded image. `stack`: of the thread in `name`. */
  readonly kind: 'file' | 'module' | 'stack' | 'heap' | 'other'
  /** Path, module name or thread id from the dump: untrusted text, never safe to print raw. */
  readonly name: string
}

export interface Segment {
  /** First byte, from the file's start. Below 2^53. */
  readonly offset: number
  /** More than 0. */
  readonly length: number
  /** Virtual (physical in images of a machine); undefined if unknown. May be over 2^53. */
  readonly address: bigint | undefined
  readonly owner: Owner | undefined
}

/** Bytes of the file that describe it: headers, registers, names, tables. */
export interface Range {
  readonly offset: number
  readonly length: number
}

export interface Flaw {
  readonly code:
    | 'segment-cut'
    | 'header-damaged'
    | 'stream-damaged'
    | 'table-cut'
    /** Names and facts alone: all memory is listed, with its addresses. */
    | 'names-damaged'
    | 'not-understood'
  readonly message: string
  readonly facts: ErrorFacts
}

export interface Dump {
  readonly container: Container
  /** In order of offset, none overlapping another. */
  readonly segments: readonly Segment[]
  /** In order of offset, none overlapping another or a segment. */
  readonly structure: readonly Range[]
  /** Some bytes are listed at several addresses (aliases, damage). They have the last. */
  readonly isShared: boolean
  /** XSAVE areas of threads, only of cores of x86: one a thread, in order of the notes. */
  readonly vectorRegisters: readonly Range[]
  /**
   * Floating-point, vector, mask and tile registers (ELF cores, minidumps) without control words:
   * sorted, disjoint, within the file. No unwinder reads them.
   */
  readonly wideRegisters: readonly Range[]
  /** General registers, with ids, times and control words among them. */
  readonly generalRegisters: readonly Range[]
  /** What is known of the process or machine: architecture, process id, name. For people. */
  readonly about: ErrorFacts
  readonly flaws: readonly Flaw[]
  readonly isLittleEndian: boolean
}

export interface ByteSource {
  readonly size: number
  /** Gives the bytes read, fewer only at the end. Throws `INPUT_UNREADABLE`. */
  read(offset: number, target: Uint8Array): number
}
