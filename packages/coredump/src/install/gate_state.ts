/** What `gate install` remembers. Trust: root's, as `gate uninstall` gives it to the kernel. */
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
import {
  errnoOf,
  type Json,
  MintmarkError,
  makeFolder,
  parseObject,
  safeText,
} from '@mintmark/core'
import * as v from 'valibot'
import type { Compression } from '../receive/compress.ts'
import type { GateLimits } from '../receive/gate.ts'
import type { KernelSettings } from './kernel_settings.ts'

export const STATE_NAME = 'gate.json'
const SCRIPT_NAME = 'receive'

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0))
const bound = v.union([count, v.literal('auto')])
const kernel = v.object({ pattern: v.string(), pipeLimit: count })
const isFlagged = v.fallback(v.boolean(), false)

const stateDocument = v.object({
  schema: v.literal('mintmark-gate-state/1'),
  settings: v.object({
    spool: v.string(),
    limits: v.object({
      maxMemoryBytes: bound,
      maxSizeBytes: count,
      maxAtOnce: count,
      keepFreeBytes: v.optional(bound, 'auto'),
    }),
    compression: v.fallback(v.picklist(['gzip', 'zstd']), 'zstd'),
    ignoresLimits: isFlagged,
    acceptsCut: isFlagged,
    publicKeys: v.array(v.record(v.string(), v.unknown())),
  }),
  kernel,
  previous: v.fallback(v.optional(kernel), undefined),
})

export interface GateSettings {
  readonly spool: string
  readonly limits: GateLimits
  readonly compression: Compression
  readonly ignoresLimits: boolean
  readonly acceptsCut: boolean
  readonly publicKeys: readonly Json[]
}

export interface GateState {
  readonly settings: GateSettings
  readonly kernel: KernelSettings
  readonly previous: KernelSettings | undefined
}

export const scriptIn = (folder: string): string => path.join(folder, SCRIPT_NAME)

/** @throws {MintmarkError} `GATE_STATE` if it is damaged */
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
  makeFolder(folder, 0o700)
  replaceFile(path.join(folder, STATE_NAME), stateText(state), 0o600)
  replaceFile(scriptIn(folder), script, 0o700)
}

export function removeState(folder: string): void {
  rmSync(scriptIn(folder), { force: true })
  rmSync(path.join(folder, STATE_NAME), { force: true })
}

function stateText(state: GateState): string {
  return `${JSON.stringify({ ...state, schema: stateDocument.entries.schema.literal }, undefined, 2)}\n`
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
  const { success, output } = v.safeParse(stateDocument, parseObject(text))
  return success ? { ...output, previous: output.previous } : undefined
}

function damaged(file: string, why: string): MintmarkError {
  const message = `what the gate remembers, ${safeText(file)}, cannot be read: ${why}. Once it is mended or moved away, "mintmark gate install" writes it anew`
  return new MintmarkError('GATE_STATE', message, { path: safeText(file) })
}
