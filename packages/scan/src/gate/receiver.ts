/**
 * What it takes to read a core, and no more: each module is loaded while a process waits. The rest follows by itself.
 *
 * @module
 */
export { MintmarkError } from '@mintmark/core'
export { crashOf } from './crash.ts'
export { Inlet } from './drain.ts'
export type { Called, FirstBytes } from './first_bytes.ts'
export { GateLog } from './gate_log.ts'
export { type GateSettings, loadState } from './gate_state.ts'
export { reasonOf } from './reason.ts'
export { arrivalOf, type Gate, type Landed, receiveCore } from './receive.ts'
export { Spool } from './spool.ts'
