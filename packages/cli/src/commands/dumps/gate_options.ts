/**
 * Options that the parts of `mintmark gate` share.
 *
 * @module
 */
import { accessSync, constants, existsSync, realpathSync } from 'node:fs'
import path from 'node:path'
import type { Json } from '@mintmark/core'
import type { Compressor, GateLimits } from '@mintmark/scan/gate'
import { invalid, list, numberOption, textOption } from '../../options/option_values.ts'
import type { Options } from '../../process/command.ts'
import type { Io } from '../../process/io.ts'

const UNITS: ReadonlyMap<string, number> = new Map([
  ['', 1],
  ['K', 2 ** 10],
  ['M', 2 ** 20],
  ['G', 2 ** 30],
  ['T', 2 ** 40],
])
const ZSTD_PLACES = ['/usr/bin/zstd', '/usr/local/bin/zstd', '/bin/zstd']

/** @throws {MintmarkError} `INPUT_INVALID` */
export function limitsOf(options: Options): GateLimits {
  return {
    maxMemoryBytes: boundOption(options, 'maxMemory', 'max-memory'),
    keepFreeBytes: boundOption(options, 'keepFree', 'keep-free'),
    maxSizeBytes: sizeOption(options, 'maxSize', 'max-size'),
    maxAtOnce: Math.floor(numberOption(options, 'maxAtOnce', { least: 1, most: 1000 }) ?? 128),
  }
}

function boundOption(options: Options, name: string, flag: string): number | 'auto' {
  return textOption(options, name) === 'auto' ? 'auto' : sizeOption(options, name, flag)
}

/** Bytes of a size such as `256M`: K, M, G and T are powers of 1024. */
function sizeOption(options: Options, name: string, flag: string): number {
  const [, digits, unit] = /^(\d{1,12})([KMGT]?)$/i.exec(textOption(options, name) ?? '') ?? []
  const bytes = Number(digits) * (UNITS.get(unit?.toUpperCase() ?? '?') ?? Number.NaN)
  if (Number.isSafeInteger(bytes)) return bytes
  throw invalid(flag, `--${flag} takes a size such as 256M`)
}

/** @throws {MintmarkError} `INPUT_INVALID` if zstd is asked for and not there */
export function compressorOf(options: Options): Compressor {
  const wanted = textOption(options, 'compress')
  if (wanted === 'gzip') return { kind: 'gzip' }
  const program = ZSTD_PLACES.find(isProgram)
  if (program !== undefined) return { kind: 'zstd', program: realpathSync(program) }
  if (wanted !== 'zstd') return { kind: 'gzip' }
  throw invalid('compress', `there is no zstd (looked for ${ZSTD_PLACES.join(', ')})`)
}

function isProgram(file: string): boolean {
  if (!existsSync(file)) return false
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** The public keys of `--public-key`, written down without any secret. */
export async function keptKeysOf(options: Options, io: Io): Promise<readonly Json[]> {
  if (list(options, 'publicKey').length === 0) return []
  const [{ givenKeys }, { keptKey }] = await Promise.all([
    import('../../options/given_keys.ts'),
    import('@mintmark/scan'),
  ])
  return (await givenKeys(options, io)).map(keptKey)
}

/** @throws {MintmarkError} `INPUT_INVALID` */
export function folderOption(options: Options, name: string): string {
  const given = textOption(options, name)
  if (given === undefined || given === '') throw invalid(name, `--${name} takes a folder`)
  return path.resolve(given)
}
