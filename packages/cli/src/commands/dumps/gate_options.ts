/** Options that the parts of `mintmark gate` share. @module */
import path from 'node:path'
import type { Json } from '@mintmark/core'
import type { Compression, GateLimits } from '@mintmark/coredump'
import { invalid, list, numberOption, textOption } from '../../options/option_values.ts'
import type { Options } from '../../process/command.ts'
import type { Io } from '../../process/io.ts'

/** Each is 1024 times the one before. */
const UNITS = ['', 'K', 'M', 'G', 'T']

/** @throws {MintmarkError} `INPUT_INVALID` */
export const limitsOf = (options: Options): GateLimits => ({
  maxMemoryBytes: boundOption(options, 'maxMemory', 'max-memory'),
  keepFreeBytes: boundOption(options, 'keepFree', 'keep-free'),
  maxSizeBytes: sizeOption(options, 'maxSize', 'max-size'),
  maxAtOnce: numberOption(options, 'maxAtOnce', { least: 1, most: 1000 }) ?? 32,
})

const boundOption = (options: Options, name: string, flag: string): number | 'auto' =>
  textOption(options, name) === 'auto' ? 'auto' : sizeOption(options, name, flag)

/** Bytes of a size such as `256M`: K, M, G and T are powers of 1024. */
function sizeOption(options: Options, name: string, flag: string): number {
  const [, digits, unit] = /^(\d{1,12})([KMGT]?)$/i.exec(textOption(options, name) ?? '') ?? []
  const bytes = Number(digits) * 1024 ** UNITS.indexOf(unit?.toUpperCase() ?? '')
  if (Number.isSafeInteger(bytes)) return bytes
  throw invalid(flag, `--${flag} takes a size such as 256M`)
}

export const compressionOf = (options: Options): Compression =>
  textOption(options, 'compress') === 'gzip' ? 'gzip' : 'zstd'

/** The public keys of `--public-key`, as the gate stores them: without any secret. */
export async function storedKeysOf(options: Options, io: Io): Promise<readonly Json[]> {
  if (list(options, 'publicKey').length === 0) return []
  const [{ givenKeys }, { storedKey }] = await Promise.all([
    import('../../options/given_keys.ts'),
    import('@mintmark/coredump/stored_keys'),
  ])
  return (await givenKeys(options, io)).map(storedKey)
}

/** @throws {MintmarkError} `INPUT_INVALID` */
export function folderOption(options: Options, name: string): string {
  const given = textOption(options, name)
  if (given === undefined || given === '') throw invalid(name, `--${name} takes a folder`)
  return path.resolve(given)
}
