/**
 * What `gate install` remembers: the settings for each core, and what stood in the kernel before.
 *
 * Trust: it is root's. Whoever can change it decides what program the kernel is given at `gate uninstall`. @module
 */
import {
  closeSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import { isObject, type Json, MintmarkError, safeText } from '@mintmark/core'
import type { Compression } from '../receive/compress.ts'
import type { GateLimits } from '../receive/receive.ts'
import { makeFolder } from '../spool/make_folder.ts'
import { errnoOf } from '../spool/spool.ts'
import type { KernelSettings } from './kernel_settings.ts'

const SCHEMA = 'mintmark-gate-state/1'
export const STATE_NAME = 'gate.json'
const SCRIPT_NAME = 'receive'

export interface GateSettings {
  /** The spool, absolute. */
  readonly spool: string
  readonly limits: GateLimits
  readonly compression: Compression
  /** Take cores of processes too that have a limit of 0 on them. */
  readonly ignoresLimits: boolean
  /** Cores land though the search for a given key was cut short. */
  readonly acceptsCut: boolean
  /** See `kept_keys.ts`. */
  readonly publicKeys: readonly Json[]
}

export interface GateState {
  readonly settings: GateSettings
  /** What the gate set. */
  readonly kernel: KernelSettings
  /** What stood there; undefined if that is not known. */
  readonly previous: KernelSettings | undefined
}

export const scriptIn = (folder: string): string => path.join(folder, SCRIPT_NAME)

/**
 * @returns undefined if there is none
 * @throws {MintmarkError} `GATE_STATE` if it is damaged
 */
export function loadState(folder: string): GateState | undefined {
  const file = path.join(folder, STATE_NAME)
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined
    throw damaged(file, errnoOf(error))
  }
  const state = parsed(text)
  if (state === undefined) throw damaged(file, 'its content is not understood')
  return state
}

/** Writes the state, then the script that the kernel runs; each appears as a whole. */
export function saveState(folder: string, state: GateState, script: string): void {
  makeFolder(folder)
  replaceFile(path.join(folder, STATE_NAME), stateText(state), 0o600)
  replaceFile(scriptIn(folder), script, 0o700)
}

export function removeState(folder: string): void {
  rmSync(scriptIn(folder), { force: true })
  rmSync(path.join(folder, STATE_NAME), { force: true })
}

function stateText(state: GateState): string {
  return `${JSON.stringify({ schema: SCHEMA, ...state }, undefined, 2)}\n`
}

function replaceFile(file: string, text: string, mode: number): void {
  const made = `${file}.${process.pid}.new`
  rmSync(made, { force: true })
  const opened = openSync(made, 'wx', mode)
  try {
    writeFileSync(opened, text)
    fsyncSync(opened)
  } finally {
    closeSync(opened)
  }
  renameSync(made, file)
}

function parsed(text: string): GateState | undefined {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  if (!isObject(value) || value['schema'] !== SCHEMA) return undefined
  const settings = settingsOf(value['settings'])
  const kernel = kernelOf(value['kernel'])
  if (settings === undefined || kernel === undefined) return undefined
  return { settings, kernel, previous: kernelOf(value['previous']) }
}

function settingsOf(value: unknown): GateSettings | undefined {
  if (!isObject(value)) return undefined
  const { spool, limits, compression, ignoresLimits, acceptsCut, publicKeys } = value
  if (typeof spool !== 'string' || !isObject(limits) || !Array.isArray(publicKeys)) return undefined
  const { maxMemoryBytes, maxSizeBytes, maxAtOnce, keepFreeBytes = 'auto' } = limits
  if (!isBound(maxMemoryBytes) || !isBound(keepFreeBytes)) return undefined
  if (!isCount(maxSizeBytes) || !isCount(maxAtOnce)) return undefined
  return {
    spool,
    limits: { maxMemoryBytes, maxSizeBytes, maxAtOnce, keepFreeBytes },
    compression: compression === 'gzip' ? 'gzip' : 'zstd',
    ignoresLimits: ignoresLimits === true,
    acceptsCut: acceptsCut === true,
    publicKeys: publicKeys.filter(isObject),
  }
}

function kernelOf(value: unknown): KernelSettings | undefined {
  if (!isObject(value)) return undefined
  const { pattern, pipeLimit } = value
  return typeof pattern === 'string' && isCount(pipeLimit) ? { pattern, pipeLimit } : undefined
}

const isCount = (value: unknown): value is number =>
  Number.isSafeInteger(value) && Number(value) >= 0

const isBound = (value: unknown): value is number | 'auto' => value === 'auto' || isCount(value)

function damaged(file: string, why: string): MintmarkError {
  const message = `what the gate remembers, ${safeText(file)}, cannot be read: ${why}. Once it is mended or moved away, "mintmark gate install" writes it anew`
  return new MintmarkError('GATE_STATE', message, { path: safeText(file) })
}
