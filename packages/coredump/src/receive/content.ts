/** The part of the input that is scrubbed, and how it is written. @module */
import type { Range } from '@mintmark/dump'
import type { BufferedInput } from '@mintmark/scan/buffer/buffer_layout'
import type { WrittenCore } from '../spool/gate_report.ts'
import type { Written } from './compress.ts'
import type { Scrub } from './receive.ts'

export interface Content {
  readonly input: BufferedInput
  /** Of the core, holes included. */
  readonly coreBytes: number
  /** How many bytes of the input are in the encrypted file. */
  readonly spilledBytes: number
  /** Of the name of the file that is written. */
  readonly suffix: string
  readonly compression: WrittenCore['compression']
  /**
   * Prepares the output once the erased ranges are known.
   *
   * @returns why it cannot be made clean, or a function that writes it to an open file
   */
  readonly ready: (erased: readonly Range[], scrub: Scrub) => Promise<string | Write>
}

export type Write = (file: number) => Promise<Written>
